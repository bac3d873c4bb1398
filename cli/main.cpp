#include "cli/cli.hpp"

int main(int argc, char** argv) { return riptide::cli::run_program(argc, argv); }
