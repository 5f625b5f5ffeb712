"""The words: one template a message; renders to subject, HTML, text and chat."""
