"""Pure guidance: directory, decision table, resolver and calendar. Imports no Rasa."""
