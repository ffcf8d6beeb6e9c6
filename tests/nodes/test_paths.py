"""Which paths a node may reach."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from wfrepair_magic.nodes.base import BadParam, Context
from wfrepair_magic.nodes.paths import matching, missing, named, reachable


@pytest.mark.parametrize("written", ["a.txt", "./a.txt", "sub/a.txt", "..a/b..", "...", "sub/../a"])
def test_paths_in_the_project_are_reachable(ctx: Context, written: str) -> None:
    """What lies below the project is reached, except by `..`, which is refused as such."""
    if ".." in Path(written).parts:
        with pytest.raises(BadParam, match=r"goes up by `\.\.`"):
            reachable(written, ctx)
    else:
        assert reachable(written, ctx) == (ctx.folder / written).resolve()


def test_the_project_begins_at_its_pyproject(ctx: Context, project: Path) -> None:
    """From a folder within a project all of the project is reached by absolute paths."""
    (project / "deep").mkdir()
    deep = replace(ctx, folder=project / "deep")
    assert reachable(str(project / "top.txt"), deep) == project.resolve() / "top.txt"
    assert reachable("x", deep) == project.resolve() / "deep/x"


def test_without_a_project_the_folder_is_the_border(tmp_path: Path) -> None:
    """Where there is no pyproject.toml the workflow's own folder is all there is."""
    (tmp_path / "here").mkdir()
    alone = Context("n", tmp_path / "here")
    assert reachable("x", alone).name == "x"
    with pytest.raises(BadParam, match="outside of the project"):
        reachable(str(tmp_path / "x"), alone)


@pytest.mark.parametrize(
    "written",
    [
        "/etc/passwd", "../x", "a/../../x", "/", "~/x", "~root/x", "", "  ", "a\0b",
        "/proc/self/environ", "//etc/passwd", "/dev/null",
    ],
)  # fmt: skip
def test_paths_out_of_the_project_are_refused(ctx: Context, written: str) -> None:
    """What lies elsewhere, or only might, is refused by the name of the param."""
    with pytest.raises(BadParam) as caught:
        reachable(written, ctx)
    assert caught.value.param == "path"


@pytest.mark.parametrize("written", [None, 3, b"x", ["x"], {}])
def test_what_is_no_path_is_refused(ctx: Context, written: object) -> None:
    """A path is text."""
    with pytest.raises(BadParam, match="path, as text"):
        reachable(written, ctx)


def test_a_neighbour_with_a_longer_name_is_outside(ctx: Context, project: Path) -> None:
    """`/p/project-old` does not lie in `/p/project`."""
    with pytest.raises(BadParam, match="outside"):
        reachable(str(project) + "-old/x", ctx)


def test_links_lead_only_to_where_a_path_may(ctx: Context, project: Path) -> None:
    """A link within the project is followed; one that leads out is refused, dangling or not."""
    (project / "real").mkdir()
    (project / "inner").symlink_to(project / "real")
    (project / "outer").symlink_to(project.parent / "outside")
    (project / "dangling").symlink_to(project.parent / "outside" / "not-there")
    assert reachable("inner/x", ctx) == project.resolve() / "real/x"
    for written in ("outer/x", "outer", "dangling", "inner/../outer"):
        with pytest.raises(BadParam):
            reachable(written, ctx)


def test_links_in_a_circle_are_refused(ctx: Context, project: Path) -> None:
    """A link that leads to itself is no path, and no hang."""
    (project / "a").symlink_to(project / "b")
    (project / "b").symlink_to(project / "a")
    try:
        found = reachable("a", ctx)
    except BadParam:
        return
    assert not found.exists()  # from Python 3.13 on it resolves to itself, and opens to nothing


@pytest.mark.parametrize("allowed", ["../outside", "{base}/outside", "/"])
def test_allow_paths_open_other_folders(ctx: Context, project: Path, allowed: str) -> None:
    """A folder that the workflow allows is reached, by an absolute path or a link."""
    open_ctx = replace(ctx, allow_paths=(allowed.format(base=project.parent),))
    target = project.parent.resolve() / "outside/x"
    (project / "link").symlink_to(project.parent / "outside")
    assert reachable(str(target), open_ctx) == target
    assert reachable("link/x", open_ctx) == target


def test_an_allowed_folder_opens_nothing_else(ctx: Context, project: Path) -> None:
    """What lies beside an allowed folder stays closed."""
    with pytest.raises(BadParam, match="allow_paths"):
        reachable(str(project.parent / "outside2"), replace(ctx, allow_paths=("../outside",)))


@pytest.mark.parametrize(
    "written", [".wfrepair", ".wfrepair/x", "sub/.wfrepair/ledger.db", ".WFREPAIR/x"]
)
def test_the_store_is_closed(ctx: Context, written: str) -> None:
    """No node touches a store, whatever is allowed."""
    with pytest.raises(BadParam, match="store"):
        reachable(written, replace(ctx, allow_paths=("/",)))


def test_a_store_elsewhere_is_closed_too(ctx: Context, project: Path) -> None:
    """The store that the project's settings name is closed, also through a link."""
    (project / "pyproject.toml").write_text('[tool.wfrepair]\nstore = "var/runs"\n')
    (project / "var" / "runs").mkdir(parents=True)
    (project / "link").symlink_to(project / "var" / "runs")
    for written in ("var/runs/x", "link/x"):
        with pytest.raises(BadParam, match="store"):
            reachable(written, ctx)
    assert reachable("var/x", ctx)


def test_a_missing_file_names_those_near_it(project: Path) -> None:
    """The message says in which folder nothing is, and which names there are alike."""
    (project / "report.md").write_text("")
    (project / "DATA.csv").write_text("")
    assert missing(project / "reprot.md").endswith(f"in {project}; near: `report.md`")
    assert missing(project / "data.csv").endswith("near: `DATA.csv`")
    assert missing(project / "zzz") == f"there is no `zzz` in {project}"


def test_a_missing_folder_is_told_itself(project: Path) -> None:
    """Where already a folder is missing, the first missing one is named."""
    (project / "reports").mkdir()
    assert missing(project / "report" / "deep" / "x.md") == (
        f"there is no `report` in {project}; near: `reports`"
    )


def test_a_name_is_not_followed(ctx: Context, project: Path) -> None:
    """`named` gives a link itself, wherever it leads; the way to it stays closed as ever."""
    (project / "link").symlink_to(project.parent / "outside")
    assert named("link", ctx) == project.resolve() / "link"
    assert named("sub/a", ctx) == project.resolve() / "sub/a"
    for written in ("link/x", "../outside", ".wfrepair/x"):
        with pytest.raises(BadParam):
            named(written, ctx)
    (project / ".wfrepair").symlink_to(project.parent / "outside")
    with pytest.raises(BadParam, match="is the store"):
        named(".wfrepair", ctx)


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("a.csv", {"a.csv"}), ("none.csv", {"none.csv"}), ("./a.csv", {"a.csv"}),
        ("*.csv", {"a.csv", "b.csv"}), ("[b-z].csv", {"b.csv"}), ("?.md", set()),
        ("sub/**", {"sub/c.csv", "sub/deep/d.csv"}), ("**/d.csv", {"sub/deep/d.csv"}),
        ("**/.h*", {".hidden"}),
    ],
)  # fmt: skip
def test_patterns_find_files(ctx: Context, project: Path, written: str, names: set[str]) -> None:
    """A path means itself, there or not; a pattern the plain files that it fits, by name."""
    for name in ("a.csv", "b.csv", "sub/c.csv", "sub/deep/d.csv", ".hidden", ".wfrepair/x.csv"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("")
    found = matching(written, ctx, "reads")
    assert found == {name: project.resolve() / name for name in names}


@pytest.mark.parametrize("written", ["sub", "../x", "/etc/*", "out/*", "", "~/x", ".wfrepair/x"])
def test_patterns_stay_inside(ctx: Context, project: Path, written: str) -> None:
    """A folder, and what lies outside or in the store, is refused by the name of the key."""
    (project / "sub").mkdir()
    (project.parent / "outside/x").write_text("")
    (project / "out").symlink_to(project.parent / "outside")
    with pytest.raises(BadParam) as caught:
        matching(written, ctx, "reads")
    assert caught.value.param == "reads"
