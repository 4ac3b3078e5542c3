"""Pure building blocks of layouts: words and ids in, Dash components out. No query, no clock.

What changes later is a leaf property of a component made here (text, class name, `data-rows`,
figure); callbacks never return components.
"""
