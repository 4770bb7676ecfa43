"""What the extension of JupyterLab and Notebook is told by the kernel."""
