# Thin names for commands that work without make.
.PHONY: run test coverage slow check fmt migrations shell clean

run:            ## serve everything on this machine
	./run
test:           ## all quick tests
	./test
coverage:       ## the same with their coverage, in htmlcov
	./test --cov --cov-report=html -n 3
slow:           ## the tests that take longer
	./test -m slow
check:          ## what CI runs
	.ci/run
fmt:            ## format, and mend what can be mended
	.venv/bin/python -m ruff format .
	.venv/bin/python -m ruff check --fix .
migrations:
	.venv/bin/python manage.py makemigrations
shell:
	.venv/bin/python manage.py shell
clean:          ## remove the environment and caches; data in var stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage htmlcov
