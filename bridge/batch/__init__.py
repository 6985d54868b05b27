"""A sheet of lines into a folder of clips: what is stale is rendered, the best of several takes is kept."""
