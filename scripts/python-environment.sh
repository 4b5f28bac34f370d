# Makes the virtual environment of the clients in Tests, .venv, where it is missing or its pinned requirements
# changed. To be sourced, at the root of the repository, where scripts/install-deps --test has been run.

# pip is asked only when the pinned requirements are not those of the last time.
if ! cmp --silent Tests/requirements.txt .venv/requirements.txt; then
    /usr/bin/python3 -m venv --clear .venv
    .venv/bin/pip install --quiet --disable-pip-version-check --requirement Tests/requirements.txt
    cp Tests/requirements.txt .venv/requirements.txt
fi
