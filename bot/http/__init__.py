"""What stands between the network and the channels: strict HTTP, deadlines, limited connections."""
