"""`manage.py benchmark`: what each operation costs through the real server, beside the same work done barest."""
