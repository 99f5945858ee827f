"""The rules of the house: where things stand, who may import whom, and what stays out of the package."""

from __future__ import annotations

import ast
import inspect
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import nlpkit.embeddings

TOP = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
ROOMS = {"nlpkit": "nlpkit", "speech": "nlpkit.speech", "corpora": "nlpkit.corpora", "cli": "nlpkit.cli"}

# Each place may import what stands above it, and places on one line don't import each other.
# "base" is every other module that lies in nlpkit/ itself: device, estimator, registry, threads …
FLOORS = [
    {"errors", "_version"},
    {"base", "corpora"},
    {"outputs"},
    {"artifact"},
    {"text", "layers", "decoding", "index", "inference"},
    {"language_models", "documents"},
    {"speech", "embeddings", "translation"},
    {"classification"},
    {"evaluation"},
    {"training"},
    {"jobs"},
    {"serving"},
    {"cli"},
]
FLOOR_OF = {name: number for number, floor in enumerate(FLOORS) for name in floor}
USERS_OF_CORPORA = {"training", "jobs", "cli"}
LIGHT = {
    "errors",
    "_version",
    "base",
    "corpora",
    "outputs",
    "artifact",
    "text",
    "documents",
    "embeddings",
    "speech",
    "evaluation",
    "jobs",
    "cli",
}

HEAVY = ["torch", "transformers", "sklearn", "scipy", "librosa", "numba", "pandas"]


def modules() -> dict[str, Path]:
    """Every module of the package by its name when installed."""
    found = {}
    for folder, package in ROOMS.items():
        for path in sorted((TOP / folder).rglob("*.py")):
            parts = path.relative_to(TOP / folder).with_suffix("").parts
            found[".".join([package, *parts]).removesuffix(".__init__")] = path
    return found


MODULES = modules()


@cache
def read(module: str) -> str:
    return MODULES[module].read_text(encoding="utf-8")


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(read(module))


def place(module: str) -> str:
    """Where a module stands: ``nlpkit.text.vocabulary`` in ``text``, ``nlpkit.outputs.rows`` in ``base``."""
    name = module.partition(".")[2].partition(".")[0]
    room = MODULES.get(f"nlpkit.{name}")
    return name if not room or room.name == "__init__.py" or name in FLOORS[0] else "base"


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


@cache
def imports(module: str, *, when_loaded: bool = False) -> set[str]:
    """Return the imports of a module: nlpkit's own modules by their full names, others as they are written.

    ``when_loaded`` leaves out what is imported inside functions or for type checkers only.
    """
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                full = f"{source}.{alias.name}"
                found.add(full if full in MODULES else source)
        for child in ast.iter_child_nodes(node):
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            if not (when_loaded and (inside or is_for_types(child))):
                visit(child)

    visit(tree(module))
    return found


def test_every_place_has_a_floor() -> None:
    known = set().union(*FLOORS)
    strangers = sorted({place(module) for module in MODULES} - known - {""})
    assert not strangers, f"say in FLOORS where {strangers} stand, below what they import"


def test_imports_point_one_way() -> None:
    for module in filter(place, MODULES):
        here = place(module)
        for imported in imports(module):
            there = place(imported)
            if not imported.startswith("nlpkit.") or there == here:
                continue
            assert there not in {"cli"}, f"{module} imports the command line"
            if there == "corpora":
                assert here in USERS_OF_CORPORA, f"{module} imports {imported}: only {USERS_OF_CORPORA} read corpora"
            if here in ("corpora", "layers"):
                assert there == "errors", f"{module} imports {imported}: expected errors alone"
            else:
                assert FLOOR_OF[there] < FLOOR_OF[here], f"{module} imports {imported}, which stands on it"


def named(module: str) -> set[str]:
    """The modules that a module names in strings, as ``"nlpkit.text.terms:Terms"`` or ``"nlpkit.text.terms"``."""
    strings = (node.value for node in ast.walk(tree(module)) if isinstance(node, ast.Constant))
    names = {string.partition(":")[0] for string in strings if isinstance(string, str)}
    return names & MODULES.keys()


def is_face(module: str) -> bool:
    """Whether a module only hands on what others define: the registry, or an ``__init__`` without code of its own."""
    code = (ast.FunctionDef, ast.ClassDef)
    bare = not any(isinstance(node, code) for node in tree(module).body)
    return module == "nlpkit.registry" or (MODULES[module].name == "__init__.py" and bare)


def test_no_circles() -> None:
    """Modules can be put in an order, whatever imports what: in functions, for types, or by a name in a string."""
    graph = {
        module: ((imports(module) | named(module)) & MODULES.keys()) - {module}
        for module in MODULES
        if not is_face(module)
    }
    assert list(TopologicalSorter(graph).static_order())


def test_rooms_go_by_their_full_names() -> None:
    for module in MODULES:
        first = {name.split(".")[0] for name in imports(module)}
        strangers = first & {"speech", "corpora", "cli", "tests", "benchmarks", "docs"}
        assert not strangers, f"{module} imports {strangers}: write nlpkit.… and import nothing from outside"
        dots = [len(match[1]) for match in re.finditer(r"^\s*from (\.+)", read(module), re.MULTILINE)]
        depth = len(MODULES[module].relative_to(TOP).parts) - 1
        assert max(dots, default=0) <= depth, f"{module} leaves its room by a relative import: write nlpkit.…"


def test_heavy_packages_are_imported_where_they_are_used() -> None:
    """Compiled kernels, whose names begin with an underscore, are written in one, and are loaded late."""
    for module in (module for module in MODULES if place(module) in LIGHT):
        heavy = {name.split(".")[0] for name in imports(module, when_loaded=True)} & {*HEAVY, "pyarrow", "polars"}
        assert not heavy or "._" in module, f"{module} imports {heavy} when loaded: do it in a function"


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_file_is_long() -> None:
    folders = [*ROOMS, "tests", "benchmarks", "docs"]
    lengths = {path.relative_to(TOP).as_posix(): lines(path) for f in folders for path in (TOP / f).rglob("*.py")}
    assert len(lengths) > len(MODULES)
    assert not {path: length for path, length in lengths.items() if length > 400}


def test_few_files_are_long_or_tiny() -> None:
    lengths = {module: lines(path) for module, path in MODULES.items() if not is_face(module)}
    assert len(long := [module for module, length in lengths.items() if length > 300]) <= 6, long
    assert len(tiny := [module for module, length in lengths.items() if length < 40]) <= 12, tiny


def test_few_files_lie_loose() -> None:
    assert len(loose := sorted(path.name for path in (TOP / "nlpkit").glob("*.py"))) <= 10, loose


@pytest.mark.parametrize("room", ["nlpkit/jobs", "cli"])
def test_nothing_is_decided_by_the_name_of_a_method(room: str) -> None:
    """Properties of the estimators say what they need and give, so that a new one needs no entry anywhere."""
    by_name = re.compile(r"CLIP_EMBEDDERS|kind (==|!=|in|not in) ")
    found = [path for path in sorted((TOP / room).rglob("*.py")) if by_name.search(path.read_text(encoding="utf-8"))]
    assert not found


def test_package_list_is_what_stands_on_disk() -> None:
    on_disk = {module for module, path in MODULES.items() if path.name == "__init__.py"}
    assert set(PYPROJECT["tool"]["setuptools"]["packages"]) == on_disk


@pytest.mark.slow
def test_wheel_holds_the_package_and_nothing_else(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in [*ROOMS, "pyproject.toml", "README.md", "LICENSE", "THIRD_PARTY_NOTICES.md", "constraints.txt"]:
        if (TOP / name).is_dir():
            shutil.copytree(TOP / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (TOP / name).exists():
            shutil.copy(TOP / name, source / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), "."]
    built = subprocess.run(command, cwd=source, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr

    [wheel] = tmp_path.glob("nlpkit-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    dist_info = f"{'-'.join(wheel.name.split('-')[:2])}.dist-info/"
    assert not [name for name in names if not name.startswith(("nlpkit/", dist_info))]
    assert {module.replace(".", "/") for module in MODULES if module != "nlpkit"} <= {
        name.removesuffix(".py").removesuffix("/__init__") for name in names
    }
    assert "nlpkit/py.typed" in names
    assert "nlpkit/corpora/samples/noticeboard.txt" in names
    assert {f"{dist_info}licenses/LICENSE", f"{dist_info}licenses/THIRD_PARTY_NOTICES.md"} <= set(names)


def loaded_by(code: str) -> set[str]:
    """Names of the packages that a new interpreter has loaded after running ``code``."""
    report = "import sys; print('loaded:', *sorted({name.split('.')[0] for name in sys.modules}))"
    run = subprocess.run(
        [sys.executable, "-P", "-c", f"{code}\n{report}"], capture_output=True, text=True, encoding="utf-8"
    )
    assert run.returncode == 0, run.stderr
    return set(run.stdout.rpartition("loaded:")[2].split())


def command_line(*arguments: str) -> str:
    """Python code that calls the command line with these arguments and survives its exit."""
    return (
        f"import sys; sys.argv = ['nlpkit', *{list(arguments)!r}]\n"
        "from nlpkit.cli.main import main\n"
        "try: main()\nexcept SystemExit as end: assert not end.code, end.code"
    )


def test_import_is_light() -> None:
    assert not loaded_by("import nlpkit, nlpkit.embeddings, nlpkit.text, nlpkit.registry") & {*HEAVY, "numpy"}


def test_help_is_light() -> None:
    assert not loaded_by(command_line("--help")) & {*HEAVY, "numpy", "pyarrow"}


@pytest.mark.parametrize("method", ["onehot", "bow", "tfidf", "hashing"])
def test_embedding_a_few_texts_is_light(method: str) -> None:
    loaded = loaded_by(command_line("embed", "--method", method, "rain on hills", "rain on towns"))
    assert "numpy" in loaded
    assert not loaded & {"sklearn", "pandas", "polars", "torch", "transformers", "pyarrow", "librosa"}


def test_no_file_that_is_read_can_run_code() -> None:
    for module in MODULES:
        unsafe = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
        assert not {name.split(".")[0] for name in imports(module)} & unsafe
        for node in ast.walk(tree(module)):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            where = f"{MODULES[module].relative_to(TOP)}:{node.lineno}"
            assert called not in {"eval", "exec", "yaml.load"}, f"{where}: {called}"
            assert keywords.get("allow_pickle", "False") == "False", f"{where}: allow_pickle"
            if called.endswith("torch.load"):
                assert keywords.get("weights_only") == "True", f"{where}: torch.load without weights_only=True"


def documented_parameters(cls: type) -> dict[str, str]:
    """Names and texts in the ``Parameters`` section of a numpydoc docstring."""
    text = inspect.getdoc(cls) or ""
    section = re.search(r"^Parameters\n-+\n(.*?)(?=^\S[^\n]*\n-{3,}$|\Z)", text, re.DOTALL | re.MULTILINE)
    assert section, f"{cls.__name__} has no section of parameters"
    entries: dict[str, str] = {}
    names: list[str] = []
    for line in section[1].splitlines():
        if head := re.match(r"(\w+(?:, \w+)*) : \S", line):
            names = head[1].split(", ")
            entries.update(dict.fromkeys(names, ""))
        elif line.startswith("    "):
            for name in names:
                entries[name] += line.strip()
    return entries


@pytest.mark.parametrize("name", nlpkit.embeddings.__all__)
def test_every_parameter_is_documented(name: str) -> None:
    cls = getattr(nlpkit.embeddings, name)
    documented = documented_parameters(cls)
    assert set(documented) == set(inspect.signature(cls).parameters)
    assert not [parameter for parameter, text in documented.items() if not text]


def test_constraints_pin_every_dependency() -> None:
    lines = (TOP / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert not [line for line in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9a-z.]+", line)]
    pinned = {re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower() for line in pins}
    extras = PYPROJECT["project"]["optional-dependencies"]
    wanted = [*PYPROJECT["project"]["dependencies"], *(item for extra in extras.values() for item in extra)]
    names = {match[0].lower() for item in wanted if (match := re.match(r"[A-Za-z0-9._-]+", item))}
    assert names - {"nlpkit"} <= pinned
    assert "torch==2.13.0" in pins
