"""Secret parameters: encrypted where they are stored, readable by the runner alone, *** to everybody else."""
