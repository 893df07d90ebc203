"""Only what needs a layer beside the one of all carries it, and nothing carries two."""

from testing.template import functions, load_template


def carrying(layer: str) -> set[str]:
    given = {
        name: [each["Ref"] for each in function.get("Layers", [])]
        for name, function in functions(load_template()).items()
    }
    assert max(map(len, given.values())) == 1  # as the build weighs them
    return {name for name, layers in given.items() if layer in layers}


def test_cryptography_ships_to_the_functions_that_need_it_alone() -> None:
    # WinUpGo may sign with ed25519; a merchant's new key is tried by a call before it is current.
    needed = {"WinupgoFunction", "IgvMerchantFunction", "RotateSecretFunction"}
    assert carrying("CryptographyLayer") == needed


def test_the_verifier_ships_to_the_daily_proof_alone() -> None:
    assert carrying("ProofLayer") == {"VerifyWalletsFunction"}
