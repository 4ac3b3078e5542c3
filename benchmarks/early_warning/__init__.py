"""The surge detector on simulated outbreaks, beside R's best method and the rules of thumb."""
