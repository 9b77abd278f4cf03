"""The front ends: text in, syntax tree out. Imports nothing of the back half."""
