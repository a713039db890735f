"""The paper's procedure as plans: jobs that any launcher can run, and a report of what came out."""
