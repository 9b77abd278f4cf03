"""The generated pages of the documentation site, and the hook of mkdocs that puts them there: ``make docs``."""
