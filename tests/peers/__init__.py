"""Programs of other people's AS2 code, each run in a process of its own: the gateway and the tests never import them."""
