"""The back ends: IR in, the files of one target out."""
