import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from leadline.reports.naming import display_names, file_names

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def test_a_plain_id_is_its_own_file_name() -> None:
    assert file_names(["ada", "lin-2", "陈伟"]) == {"ada": "ada", "lin-2": "lin-2", "陈伟": "陈伟"}


def test_ids_that_differ_in_case_only_get_different_files_on_every_system() -> None:
    names = file_names(["Ada", "ada", "ADA"])
    assert len({name.casefold() for name in names.values()}) == 3


def test_a_path_in_an_id_leads_nowhere() -> None:
    for name in file_names(["../../etc/passwd", "..", "/", "a\\b", "C:", ".hidden"]).values():
        assert not set(name) & set("/\\:")
        assert not name.startswith(".")


def test_names_that_windows_keeps_to_itself_are_not_used() -> None:
    names = file_names(["con", "NUL", "lpt1", "aux.txt", "dot."])
    assert not {name.split(".")[0].casefold() for name in names.values()} & {"con", "nul", "lpt1", "aux"}
    assert not any(name.endswith(".") for name in names.values())


@given(st.lists(TEXT, max_size=12, unique=True))
def test_any_ids_get_safe_names_that_are_all_different(ids: list[str]) -> None:
    names = file_names(ids)
    assert list(names) == ids
    folded = {unicodedata.normalize("NFC", name).casefold() for name in names.values()}
    assert len(folded) == len(ids)
    for name in names.values():
        assert 0 < len(name.encode()) < 200
        assert not set(name) & set('/\\:*?"<>|\0\n')
        assert not name.startswith(".")


def test_a_name_does_not_depend_on_the_order_of_the_people() -> None:
    assert file_names(["a/b", "a-b", "A-B"]) == file_names(["A-B", "a/b", "a-b"])


def test_namesakes_are_told_apart_by_their_ids_and_others_show_none() -> None:
    shown = display_names(["w1", "w2", "x"], {"w1": "王伟", "w2": "王伟", "x": "Ada"})
    assert shown == {"w1": "王伟 (w1)", "w2": "王伟 (w2)", "x": "Ada"}


def test_a_person_without_a_name_is_shown_by_id() -> None:
    assert display_names(["x"], {}) == {"x": "x"}
