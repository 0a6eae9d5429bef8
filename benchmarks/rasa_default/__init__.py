"""The assistant that Rasa's documentation leads to, made from our data, to be measured against."""
