# For scripts that run the tests' clients: installs and builds what these need, and says where it is. To be
# sourced, at the root of the repository.

scripts/install-deps --test

source scripts/python-environment.sh
export DROVER_TEST_PYTHON=$PWD/.venv/bin/python

# The program as it is shipped.
build=(swift build --configuration release --static-swift-stdlib)
"${build[@]}" --product drover
"${build[@]}" --product h3-echo
"${build[@]}" --product rotating-echo
"${build[@]}" --product initial-flood
"${build[@]}" --product visitor
"${build[@]}" --product embedded
products=$("${build[@]}" --show-bin-path)
export DROVER_BINARY=$products/drover
export DROVER_H3_ECHO_BINARY=$products/h3-echo
export DROVER_ROTATING_ECHO_BINARY=$products/rotating-echo
export DROVER_INITIAL_FLOOD_BINARY=$products/initial-flood
export DROVER_VISITOR_BINARY=$products/visitor
export DROVER_EMBEDDED_BINARY=$products/embedded
