def test_ada_learns_at_kestrel(ada, kestrel):
    assert ada.name == "Ada Lindqvist"
    assert ada.user.name == "Ada Lindqvist"
    assert ada.user.email == ada.email == "ada@kestrelrail.example"
    assert ada.account == kestrel
    assert ada.user.contact == ada
