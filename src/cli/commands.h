#pragma once
namespace lynxbench::cli { int main_of(int argc, char** argv); }
