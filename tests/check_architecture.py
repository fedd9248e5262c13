#!/usr/bin/env python3
"""Holds every #include of src/ against the modules declared in src/CMakeLists.txt.

Fails on an include of a module that is not declared after USES (transitively declared is not enough),
on a declared module that no file includes, on a cycle, and on a folder that is no module.
"""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parent.parent
source = root / "src"
declared = {}
for match in re.finditer(r"^lynx_module\((\w+)\s*([^)]*)\)", (source / "CMakeLists.txt").read_text(), re.M):
    words = match.group(2).replace("\n", " ").split()
    uses, section = [], None
    for word in words:
        if word in ("USES", "LINKS"):
            section = word
        elif section == "USES":
            uses.append(word)
    declared[match.group(1)] = uses

problems = []
order = list(declared)
for module, uses in declared.items():
    for used in uses:
        if used not in declared:
            problems.append(f"src/CMakeLists.txt: {module} uses {used}, which is no module")
        elif order.index(used) >= order.index(module):
            problems.append(f"src/CMakeLists.txt: {module} uses {used}, which is not below it")

for folder in sorted(p.name for p in source.iterdir() if p.is_dir()):
    if folder not in declared:
        problems.append(f"src/{folder}: is no module of src/CMakeLists.txt")

included = {module: set() for module in declared}
files = 0
for path in sorted([*source.rglob("*.h"), *source.rglob("*.cc")]):
    module = path.relative_to(source).parts[0]
    if module not in declared:
        continue
    files += 1
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if not match:
            continue
        parts = match.group(1).split("/")
        place = f"{path.relative_to(root)}:{number}"
        if len(parts) == 1:
            if not (path.parent / parts[0]).exists() and not parts[0].startswith("onnxruntime_"):
                problems.append(f'{place}: "{match.group(1)}": write the path from src/')
            continue
        used = parts[0]
        if used not in declared:
            continue
        included[module].add(used)
        if used != module and used not in declared[module]:
            problems.append(f"{place}: {module} includes {used}, an arrow that src/CMakeLists.txt does not declare")
for module, uses in declared.items():
    for used in uses:
        if used not in included[module]:
            problems.append(f"src/CMakeLists.txt: {module} declares {used} and includes nothing of it")

print("\n".join(problems) or f"{files} files, {len(declared)} modules, {sum(map(len, declared.values()))} arrows: as declared")
sys.exit(1 if problems else 0)
