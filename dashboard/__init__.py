"""The running application: settings, shell, figures, components, languages and the command line."""
