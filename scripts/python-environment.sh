# Makes the virtual environments of the clients in Tests, .venv and .venv-picoquic, where they are missing or their
# pinned requirements changed. To be sourced, at the root of the repository, where scripts/install-deps --test has been run.

# pip is asked only when the pinned requirements are not those of the last time.
if ! cmp --silent Tests/requirements.txt .venv/requirements.txt; then
    /usr/bin/python3 -m venv --clear .venv
    .venv/bin/pip install --quiet --disable-pip-version-check --requirement Tests/requirements.txt
    cp Tests/requirements.txt .venv/requirements.txt
fi

# picoquic's binding takes a later Python than Debian 12 has: where there is none, its tests are skipped.
picoquic_python() {
    local python
    for python in python3.14 python3.13 python3.12 "$HOME"/.pyenv/versions/3.1[2-4]*/bin/python3; do
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && {
            type -P "$python"
            return
        }
    done
    return 1
}
if ! cmp --silent Tests/requirements-picoquic.txt .venv-picoquic/requirements.txt && python=$(picoquic_python); then
    "$python" -m venv --clear .venv-picoquic
    .venv-picoquic/bin/pip install --quiet --disable-pip-version-check --requirement Tests/requirements-picoquic.txt
    cp Tests/requirements-picoquic.txt .venv-picoquic/requirements.txt
fi
