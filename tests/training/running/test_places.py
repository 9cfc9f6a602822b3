"""Places of a batch: what one process draws and gathers, and what its share of it is."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from training.running.places import ALONE, PlacedDropout, Places, place_dropout


@given(size=st.integers(1, 5), own=st.integers(1, 4), views=st.integers(1, 3))
def test_the_shares_of_all_processes_are_woven_into_the_whole(size, own, views):
    whole = torch.arange(views * own * size * 2).view(-1, 2)
    shares = [Places(rank, size, views).own(whole) for rank in range(size)]
    assert {len(share) for share in shares} == {views * own}
    assert torch.equal(Places(0, size, views).woven(shares), whole)
    assert Places(0, size).whole(views * own) == len(whole)


def test_a_share_has_every_size_th_pair_of_each_view():
    assert Places(1, 2, 2).own(torch.arange(12)).tolist() == [1, 3, 5, 7, 9, 11]
    assert Places(1, 3, 2).own(torch.arange(12)).tolist() == [1, 4, 7, 10]
    assert Places(1, 3).of_views(2) == Places(1, 3, 2)


def test_alone_all_is_own_and_nothing_is_sent():
    values = torch.arange(6.0, requires_grad=True)
    assert ALONE.gathered(values) is values
    assert torch.equal(ALONE.own(values), values)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_dropout_is_the_share_of_one_process_mask(layout):
    x = torch.rand(8, 3, 5, 6).contiguous(memory_format=layout)
    torch.manual_seed(3)
    whole = nn.Dropout(0.4)(x)
    for rank in (0, 1):
        places = Places(rank, 2, 2)
        model = nn.Sequential(nn.Sequential(nn.Dropout(0.4)), nn.Identity())
        place_dropout(model, Places(rank, 2))
        torch.manual_seed(3)
        assert torch.equal(model(places.own(x).contiguous(memory_format=layout)), places.own(whole))


def test_dropout_is_off_where_it_should_be():
    x = torch.rand(4, 3)
    assert PlacedDropout(0.5, Places(0, 2, 2)).eval()(x) is x
    assert PlacedDropout(0.0, Places(0, 2, 2))(x) is x
    model = nn.Sequential(nn.Dropout(0.5))
    place_dropout(model, ALONE)
    assert type(model[0]) is nn.Dropout
