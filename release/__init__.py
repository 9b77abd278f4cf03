"""What a release is made of: wheel, sdist, kubectl plugin, SBOM, and the checks before a tag. ``python -m release``."""
