"""Every constant of the methods, each with its reason. Change METHODS_VERSION with any of them."""
