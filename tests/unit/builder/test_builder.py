"""The build of layers and functions, in small; test_package.py looks at a real one."""

import gzip
import json
import random
import re
import shutil
import ssl
import struct
from collections.abc import Callable
from pathlib import Path

import botocore
import pytest

from builder import BuildError, deploy, package, sam, samconfig
from builder.build import tune
from builder.certificates import AMAZON_ROOTS, MissingRootError, cut_amazon_roots
from builder.deploy import CONFIG, deployment_id
from builder.tune import ROOTS_FILE, SERVICES
from testing.template import PROJECT, load_template

BUNDLE = Path(botocore.__file__).parent / "cacert.pem"


def model(text: str) -> bytes:
    return gzip.compress(json.dumps({"operations": {"Get": {"documentation": text}}}).encode())


def library(machine: int = 62) -> bytes:
    """An ELF file of 64 bits with one segment, and symbols behind it."""
    segment = b"machine code"
    header = struct.pack(
        "<16sHHIQQQIHHHHHH", b"\x7fELF", 3, machine, 1, 0, 64, 999, 0, 64, 56, 1, 64, 5, 4
    )
    entry = struct.pack("<IIQQQQQQ", 1, 5, 120, 0, 0, len(segment), len(segment), 16)
    return header + entry + segment + b"symbols"


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """What is tuned, in small: the layers, one with some of botocore; two functions."""
    cryptography = package.layer_folder(tmp_path / "build", package.CRYPTOGRAPHY)
    for name in ("cryptography", "cffi", "pycparser"):
        (cryptography / name).mkdir(parents=True)
        (cryptography / name / "__init__.py").write_text("")
    (cryptography / "cryptography" / "_rust.abi3.so").write_bytes(library())
    for name in (package.CASINO, package.PROOF):
        (package.layer_folder(tmp_path / "build", name) / "casino/wallet/proof").mkdir(parents=True)
    layer = package.layer_folder(tmp_path / "build")
    data = layer / "botocore" / "data"
    for service in (*SERVICES, "ec2"):
        for version in ("2011-01-01", "2012-08-10"):
            (data / service / version).mkdir(parents=True)
            (data / service / version / "service-2.json.gz").write_bytes(model("long prose"))
            (data / service / version / "examples-1.json").write_text("{}")
    endpoints = {"partitions": [{"services": {"ec2": {"a": 1}, "dynamodb": {"b": 2}}}]}
    (data / "endpoints.json").write_text(json.dumps(endpoints))
    shutil.copy(BUNDLE, layer / "botocore" / "cacert.pem")
    (layer / "botocore" / "__init__.py").write_text("")
    (layer / "native.cpython-313-x86_64-linux-gnu.so").write_bytes(library())
    (layer / "requirements.txt").write_text("x")
    (layer / "lib-1.0.dist-info").mkdir()
    (layer / "lib-1.0.dist-info" / "METADATA").write_text(
        "Name: lib\nVersion: 1.0\n\nA long page\n"
    )
    (layer / "lib" / "tests").mkdir(parents=True)
    (layer / "lib" / "tests" / "test_lib.py").write_text("")
    for part in ("event_handler", "utilities/batch", "utilities/typing"):
        (layer / "aws_lambda_powertools" / part).mkdir(parents=True)
        (layer / "aws_lambda_powertools" / part / "__init__.py").write_text("")
    for name in ("BetFunction", "WinFunction"):
        folder = tmp_path / "build" / name
        (folder / "__pycache__").mkdir(parents=True)
        (folder / "__pycache__" / "gone.cpython-313.pyc").write_bytes(b"old")
        (folder / "app.py").write_text("X = 1\n")
    return tmp_path / "build"


@pytest.fixture
def tuned(build: Path) -> Path:
    tune(build)
    return build


def test_all_amazon_roots_are_in_the_bundle_and_no_other(tmp_path: Path) -> None:
    target = tmp_path / "roots.pem"
    cut_amazon_roots(BUNDLE, target)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(target)
    names = {str(one["subject"]).rpartition("'commonName', '")[2] for one in context.get_ca_certs()}
    assert {name.rstrip("'),") for name in names} == set(AMAZON_ROOTS)


def test_bundle_without_an_amazon_root_stops_the_build(tmp_path: Path) -> None:
    cut_amazon_roots(BUNDLE, tmp_path / "all.pem")
    text = (tmp_path / "all.pem").read_text()
    (tmp_path / "fewer.pem").write_text(text[text.index("-----BEGIN", 1) :])
    with pytest.raises(MissingRootError, match="Amazon Root CA 1"):
        cut_amazon_roots(tmp_path / "fewer.pem", tmp_path / "roots.pem")


def test_a_distribution_keeps_its_name_and_version_without_its_description(tuned: Path) -> None:
    about = package.layer_folder(tuned) / "lib-1.0.dist-info" / "METADATA"
    assert about.read_text() == "Name: lib\nVersion: 1.0\n"


def test_layer_keeps_the_newest_model_of_the_used_services_and_its_operations(tuned: Path) -> None:
    data = package.layer_folder(tuned) / "botocore" / "data"
    assert {path.name for path in data.iterdir() if path.is_dir()} == SERVICES
    kept = [path.relative_to(data / "dynamodb") for path in (data / "dynamodb").rglob("*.*")]
    assert kept == [Path("2012-08-10/service-2.json")]
    left = json.loads((data / "dynamodb" / kept[0]).read_text())
    assert left == {"operations": {"Get": {"documentation": ""}}}
    endpoints = json.loads((data / "endpoints.json").read_text())
    assert endpoints == {"partitions": [{"services": {"dynamodb": {"b": 2}}}]}


def test_neither_tests_nor_caches_ship(tuned: Path) -> None:
    names = {path.name for path in tuned.rglob("*")}
    assert names.isdisjoint({"tests", "requirements.txt", "gone.cpython-313.pyc"})


def test_parts_of_libraries_that_nobody_imports_do_not_ship(tuned: Path) -> None:
    assert {path.name for path in package.layer_folder(tuned, package.CRYPTOGRAPHY).iterdir()} == {
        "cryptography"
    }
    powertools = package.layer_folder(tuned) / "aws_lambda_powertools"
    assert [*powertools.rglob("__init__.py")] == [powertools / "utilities/typing/__init__.py"]


def test_the_verifier_ships_in_a_layer_of_its_own(tuned: Path) -> None:
    holds = {
        n
        for n in package.LAYERS
        if (package.layer_folder(tuned, n) / "casino/wallet/proof").exists()
    }
    assert holds == {package.PROOF}


def test_native_library_keeps_its_segments_and_loses_the_symbols(tuned: Path) -> None:
    file = package.layer_folder(tuned, package.CRYPTOGRAPHY) / "cryptography" / "_rust.abi3.so"
    kept = file.read_bytes()
    assert kept.endswith(b"machine code")
    assert kept[:40] == library()[:40]
    # No section is left: neither their offset nor their number.
    assert (kept[40:48], kept[58:64]) == (bytes(8), bytes(6))


def test_tuning_again_changes_nothing(tuned: Path) -> None:
    before = {path: path.read_bytes() for path in tuned.rglob("*") if path.is_file()}
    tune(tuned)
    assert {path: path.read_bytes() for path in tuned.rglob("*") if path.is_file()} == before
    package.check(tuned, "x86_64")


def _drop_compiled(build: Path) -> None:
    shutil.rmtree(build / "WinFunction" / "__pycache__")


def _add_weight(build: Path) -> None:
    noise = random.Random(5).randbytes(package.MOST_BYTES)
    (package.layer_folder(build) / "noise.bin").write_bytes(noise)


def _add_model(build: Path) -> None:
    (package.layer_folder(build) / "botocore" / "data" / "ec2").mkdir()


def _lose_model(build: Path) -> None:
    shutil.rmtree(package.layer_folder(build) / "botocore" / "data" / "dynamodb")


def _lose_roots(build: Path) -> None:
    (package.layer_folder(build) / ROOTS_FILE).unlink()


def _lose_layer(build: Path) -> None:
    shutil.rmtree(build / package.CRYPTOGRAPHY)


def _lose_proof(build: Path) -> None:
    shutil.rmtree(package.layer_folder(build, package.PROOF) / "casino" / "wallet")


def _add_foreign_library(build: Path) -> None:
    folder = package.layer_folder(build, package.CRYPTOGRAPHY)
    (folder / "_other.abi3.so").write_bytes(library(machine=183))


def _lose_functions(build: Path) -> None:
    for name in ("BetFunction", "WinFunction"):
        shutil.rmtree(build / name)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_drop_compiled, "WinFunction/app.py is not compiled ahead"),
        (_add_weight, "BetFunction weighs"),
        (_add_model, "the model of ec2 is not used"),
        (_lose_model, "the model of dynamodb is missing"),
        (_lose_roots, "does not hold the 5 Amazon roots"),
        (_lose_layer, "CryptographyLayer was not built"),
        (_lose_proof, "ProofLayer does not hold the verifier"),
        (_add_foreign_library, "_other.abi3.so is not for x86_64"),
        (_lose_functions, "no function was built"),
    ],
)
def test_build_that_is_not_as_it_should_be_is_refused(
    tuned: Path, spoil: Callable[[Path], None], message: str
) -> None:
    package.check(tuned, "x86_64")
    spoil(tuned)
    with pytest.raises(package.PackageError, match=message):
        package.check(tuned, "x86_64")


def test_build_for_another_processor_is_refused(tuned: Path) -> None:
    with pytest.raises(package.PackageError, match="is not for arm64"):
        package.check(tuned, "arm64")


def test_environments_say_what_they_are_built_for(tmp_path: Path) -> None:
    file = tmp_path / "samconfig.toml"
    file.write_text('[x.deploy.parameters]\nparameter_overrides = ["Architecture=arm64", "A=b=c"]')
    assert samconfig.architecture(samconfig.parameters("x", file)) == "arm64"
    assert samconfig.parameters("x", file)["A"] == "b=c"
    with pytest.raises(BuildError, match="'y' is none of x"):
        samconfig.parameters("y", file)
    for wrong in ('"Stage=x A=1"', '["Stage"]'):
        file.write_text(f"[x.deploy.parameters]\nparameter_overrides = {wrong}")
        with pytest.raises(BuildError, match="of 'x' must be a list of Name=value"):
            samconfig.parameters("x", file)
    for environment in ("local", "dev", "staging", "prod"):
        assert samconfig.parameters(environment, CONFIG)["Stage"] == environment


def test_value_with_spaces_is_read_as_cloudformation_gets_it(tmp_path: Path) -> None:
    file = tmp_path / "samconfig.toml"
    file.write_text("""[x.deploy.parameters]
parameter_overrides = ['ExpirySchedule="rate(1 minute)"', "A="]""")
    assert samconfig.parameters("x", file) == {"ExpirySchedule": "rate(1 minute)", "A": ""}


def test_deployment_names_every_parameter_lest_aws_keeps_an_old_value(
    build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (build / "template.yaml").write_text("")
    ran: list[list[str]] = []
    monkeypatch.setattr(deploy, "build", lambda architecture: build)
    monkeypatch.setattr(sam, "run", lambda arguments, *_, **__: ran.append(arguments))
    deploy.deploy("local", {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"})
    (arguments,) = ran
    overrides = arguments[arguments.index("--parameter-overrides") + 1 :]
    given = dict(override.split("=", 1) for override in overrides)
    assert given.keys() == load_template()["Parameters"].keys()
    assert given["Stage"] == '"local"'
    assert given["FullSyncSchedule"] == '"cron(15 3 * * ? *)"'
    assert given["Architecture"] == '"x86_64"'
    assert len(given["DeploymentId"]) == 66


def test_deployment_has_another_id_when_anything_of_it_changed(tuned: Path) -> None:
    (tuned / "template.yaml").write_text("a")
    seen = {deployment_id(tuned, {"A": "1"})}
    assert deployment_id(tuned, {"A": "1"}) in seen
    seen.add(deployment_id(tuned, {"A": "2"}))
    (tuned / "WinFunction" / "app.py").write_text("X = 2\n")
    seen.add(deployment_id(tuned, {"A": "1"}))
    (tuned / "template.yaml").write_text("b")
    seen.add(deployment_id(tuned, {"A": "1"}))
    assert len(seen) == 4


def test_kept_models_are_those_of_the_clients_that_the_package_makes() -> None:
    sources = (PROJECT / "layers" / "shared" / "casino").rglob("*.py")
    made = {name for file in sources for name in re.findall(r'_client\("(\w+)"', file.read_text())}
    assert made == SERVICES
