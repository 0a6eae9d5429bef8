"""The ways in that people reach the assistant by, as Rasa input channels."""
