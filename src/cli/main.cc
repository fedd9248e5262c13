#include "cli/commands.h"

int main(int argc, char** argv) { return lynxbench::cli::main_of(argc, argv); }
