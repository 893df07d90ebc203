"""Only what signs or verifies with public keys carries `cryptography`."""

from testing.template import functions, load_template


def test_cryptography_ships_to_the_functions_that_need_it_alone() -> None:
    given = {
        name: [layer["Ref"] for layer in function.get("Layers", [])]
        for name, function in functions(load_template()).items()
    }
    carrying = {name for name, layers in given.items() if "CryptographyLayer" in layers}
    # WinUpGo may sign with ed25519; a merchant's new key is tried by a call before it is current.
    assert carrying == {"WinupgoFunction", "IgvMerchantFunction", "RotateSecretFunction"}
