# For scripts that run the tests' clients: installs and builds what these need, and says where it is. To be
# sourced, at the root of the repository.

scripts/install-deps --test

# pip is asked only when the pinned requirements are not those of the last time.
if ! cmp --silent Tests/requirements.txt .venv/requirements.txt; then
    /usr/bin/python3 -m venv --clear .venv
    .venv/bin/pip install --quiet --disable-pip-version-check --requirement Tests/requirements.txt
    cp Tests/requirements.txt .venv/requirements.txt
fi
export DROVER_TEST_PYTHON=$PWD/.venv/bin/python

# The program as it is shipped.
build=(swift build --configuration release --static-swift-stdlib)
"${build[@]}" --product drover
"${build[@]}" --product h3-echo
products=$("${build[@]}" --show-bin-path)
export DROVER_BINARY=$products/drover
export DROVER_H3_ECHO_BINARY=$products/h3-echo
