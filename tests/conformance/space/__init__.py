"""The whole space of programs: what the language and the options of a compile can say, drawn and compared on every engine."""
