"""What happens inside a worker: the node in its main process, and the slots in its children."""
