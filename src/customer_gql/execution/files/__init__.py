"""Files that are sent and received by HTTP, beside the graph."""
