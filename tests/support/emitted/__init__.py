"""What the tests know of emitted outputs beside their engines: their documents, their CEL and Rego, the names in them."""
