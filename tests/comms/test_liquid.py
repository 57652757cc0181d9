"""A template can do nothing but fill in fields, simple conditions and lists."""

import itertools

import pytest

from comms import fields, liquid
from tms.occasions import targets
from tms.refusals import Refusal

VALUES = {
    "recipient": {"first_name": "Ada", "name": "Ada <b>Lindqvist</b>"},
    "registration": {"title": "Signals", "sessions": ["Monday", "Tuesday & Friday"]},
}


def body(source, values=VALUES, target="registration"):
    liquid.refuse_unless_sound(source, target, field="body", markup=True)
    return liquid.filled(source, fields.known(values, target), markup=True)


def subject(source, values=VALUES, target="registration"):
    liquid.refuse_unless_sound(source, target, field="subject", markup=False)
    return liquid.filled(source, fields.known(values, target), markup=False)


@pytest.mark.parametrize(
    ("source", "becomes"),
    [
        ("<p>Dear {{ recipient.first_name }},</p>", "<p>Dear Ada,</p>"),
        ("{{recipient.first_name|upcase}}", "ADA"),
        ("{{ recipient.name }}", "Ada &lt;b&gt;Lindqvist&lt;/b&gt;"),
        # What the editor makes of what was typed is turned back.
        ("{{ recipient.last_name | default: &quot;you&quot; }}", "you"),
        ("{{ recipient.last_name | default: “you” }}", "you"),
        ("{{&nbsp;recipient.<strong>first_name</strong>\u00a0}}", "Ada"),
        ('<a href="{{ recipient.first_name }}">x</a>', '<a href="Ada">x</a>'),
        (
            "{% if registration.place %}in {{ registration.place }}{% else %}online{% endif %}",
            "online",
        ),
        ("{% unless registration.place %}online{% endunless %}", "online"),
        ("{% if recipient.first_name == &quot;Ada&quot; %}A{% elsif true %}B{% endif %}", "A"),
        ("{% case registration.title %}{% when 'Signals' %}S{% else %}?{% endcase %}", "S"),
        (
            "{% for day in registration.sessions %}{{ forloop.index }}. {{ day }}; {% endfor %}",
            "1. Monday; 2. Tuesday &amp; Friday; ",
        ),
        ("{{ registration.sessions | join: ' / ' }}", "Monday / Tuesday &amp; Friday"),
        (
            "{{ registration.sessions | size }} {{ registration.sessions | last }}",
            "2 Tuesday &amp; Friday",
        ),
        # A tag that has a paragraph or a point to itself takes no room in the letter.
        ("<p>{% if registration.title %}</p><p>A</p><p>{% endif %}</p>", "<p>A</p>"),
        (
            "<ul><li><p>{% for day in registration.sessions %}</p></li><li><p>{{ day }}</p></li>"
            "<li><p>{% endfor %}</p></li></ul>",
            "<ul><li><p>Monday</p></li><li><p>Tuesday &amp; Friday</p></li></ul>",
        ),
        ("<p>{% if registration.title %}yes{% endif %}</p>", "<p>yes</p>"),
    ],
)
def test_fields_conditions_and_lists_are_filled_in(source, becomes):
    assert body(source) == becomes


def test_nothing_is_escaped_in_a_subject():
    assert (
        subject("{{ recipient.name }}: {{ registration.title }}") == "Ada <b>Lindqvist</b>: Signals"
    )


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("{{ recipient.frist_name }}", "recipient.frist_name"),
        ("{{ pass.type }}", "pass.type"),
        ("{{ recipient }}", "recipient"),
        ("{{ recipient.name.size }}", "recipient.name.size"),
        ("{{ recipient[recipient.name] }}", "recipient[recipient.name]"),
        ("{{ recipient.name | default: user.password }}", "user.password"),
        ("{% if account.secret %}x{% endif %}", "account.secret"),
        ("{% for x in contacts %}{% endfor %}", "contacts"),
        ("{% for day in registration.sessions %}{{ day.name }}{% endfor %}", "day.name"),
        ("{% for day in registration.sessions %}{{ forloop.parentloop }}{% endfor %}", "forloop"),
        ("{{ recipient.name | safe }}", "safe"),
        ("{{ recipient.name | replace: 'a', 'b' }}", "replace"),
        ("{% include 'x' %}", "include"),
        ("{% assign x = 1 %}", "assign"),
        ("{% for x in (1..9) %}{% endfor %}", "1..9"),
        ("{{ recipient.name", "recipient.name"),
        ("{% if recipient.name %}x", "endif"),
        ("{{ recipient.<strong>name }}</strong>", "formatted"),
    ],
)
def test_what_cannot_be_filled_in_is_refused_by_its_name(source, named):
    with pytest.raises(Refusal) as no:
        body(source)
    assert named in str(no.value)
    assert no.value.field == "body"


def test_every_field_of_every_target_has_a_label_and_an_example():
    for target in targets():
        offered = fields.of(target)
        names = [field.name for field in offered]
        assert len(set(names)) == len(names)
        assert all(str(field.label) and field.example for field in offered)
        everything = "".join(f"{{{{ {name} }}}}" for name in names)
        liquid.refuse_unless_sound(everything, target, field="body", markup=True)
        assert liquid.filled(everything, fields.known(fields.examples(target), target), markup=True)


@pytest.mark.parametrize(
    "source", ["{{ recipient.last_name }}", "{{ recipient.last_name | upcase }}"]
)
def test_nobody_is_greeted_as_nobody(source):
    for empty in ({}, {"recipient": {"last_name": ""}}, {"recipient": {"last_name": None}}):
        with pytest.raises(liquid.Empty) as missing:
            body(source, empty)
        assert missing.value.field == "recipient.last_name"


def test_values_never_become_templates_and_hold_no_characters_that_cannot_be_seen():
    name = "{{7*7}}{% for x in y %}\r\nBcc: x\x00\u202e{{ organisation.name }}"
    values = {"recipient": {"name": name}}
    said = subject("Dear {{ recipient.name }}", values)
    assert said == "Dear {{7*7}}{% for x in y %} Bcc: x {{ organisation.name }}"
    assert body("{{ recipient.name }}", values) == said.removeprefix("Dear ")


def test_only_known_fields_reach_a_template():
    class Sly:
        def __str__(self):
            return "sly"

    given = {"recipient": {"name": Sly(), "password": "x"}, "settings": {"key": "x"}}
    known = fields.known(given, "pass")
    assert {name: values for name, values in known.items() if values} == {
        "recipient": {"name": "sly"}
    }


# What somebody may try: each is refused, or stands there as it was typed.
ATTACKS = [
    "{{ 7*7 }}",
    "{{ 7|7 }}",
    "{{ config }}",
    "{{ settings.SECRET_KEY }}",
    "{{ request.user }}",
    "{{ self }}",
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ recipient.__class__ }}",
    "{{ recipient.name.__class__.__init__.__globals__ }}",
    "{{ recipient['__class__'] }}",
    "{{ recipient.name.upper() }}",
    "{{ recipient.name() }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum.__globals__ }}",
    "{{ get_flashed_messages.__globals__ }}",
    "{{ namespace }}",
    "{{ _self.env }}",
    "{{ messages.storages.0.signer.key }}",
    "{{ forms }}",
    "{{ forloop.parentloop }}",
    "{{ nil }}{{ recipient.name | safe }}",
    "{{ recipient.name | attr: '__class__' }}",
    "{{ recipient.name | map: 'password' }}",
    "{{ recipient | json }}",
    "{{ recipient.name | append: '</title><script>' }}",
    "{{ 'a' | default: settings }}",
    "{% load static %}",
    "{% debug %}",
    "{% include '/etc/passwd' %}",
    "{% include recipient.name %}",
    "{% extends 'base.html' %}",
    "{% import 'os' as os %}",
    "{% from 'x' import y %}",
    "{% macro x() %}{% endmacro %}",
    "{% set x = 1 %}",
    "{% ssi '/etc/passwd' %}",
    "{% url 'home' %}",
    "{% csrf_token %}",
    "{% render 'x' %}",
    "{% capture x %}y{% endcapture %}",
    "{% assign x = recipient %}",
    "{% increment x %}",
    "{% tablerow x in recipient %}{% endtablerow %}",
    "{% cycle 'a', 'b' %}",
    "{% liquid echo recipient.name %}",
    "{% echo recipient.name %}",
    "{% raw %}{{ x }}{% endraw %}",
    "{% comment %}x{% endcomment %}",
    "{% doc %}x{% enddoc %}",
    "{% # x %}",
    "{% break %}",
    "{% for x in (1..1000000000) %}x{% endfor %}",
    "{% for x in (1..999999999999999999999999999999) %}x{% endfor %}",
    "{{ (1..1000000000) | join: '' }}",
    "{% for a in registration.sessions %}" * 11 + "x" + "{% endfor %}" * 11,
    "{% if true %}" * 60 + "{% endif %}" * 60,
    "{{ recipient.name" + " | upcase" * 200 + " }}",
    "{{ " + "[" * 100 + "'a'" + "]" * 100 + " }}",
    "{{ recipient" + ".a" * 1000 + " }}",
    "{{" * 20_000,
    "{%" * 20_000,
    "{{ a" * 10_000,
    "}}{{" * 10_000,
    "{{ recipient.name }}" * 2_000,
    "x" * 1_000_000,
    "{{ '" + "x" * 1_000_000 + "' }}",
    "{% if" + " recipient.name and" * 20_000 + " true %}{% endif %}",
    "{{ recipient.name\x00 }}",
    "{{\r\nrecipient.name }}{{ nothing }}",
    "{{{{ recipient.name }}}}",
    "{{ {{ recipient.name }} }}",
    "{% {{ recipient.name }} %}",
    "{{ recipient.name }} %}{% if %}",
]
# Other languages of templates: text to us.
PRINTED = [
    "{recipient.name.__class__}",
    "{0.__class__.__mro__}",
    "%(recipient)s %s %n",
    "${7*7} #{7*7} $name",
    "<%= 7*7 %>",
    "{# a comment #}",
    "#set($x = 7*7) $x",
    "[[ 7*7 ]] [% 7 %]",
    "@(7*7) *{7*7}",
    "__import__('os').system('id')",
]


# Where in a template it may stand: alone, amid text, in what is only sometimes read, in a loop.
AROUND = [
    "%s",
    '<p>Dear {{ recipient.first_name }}, <a href="%s">read</a></p>',
    "{%% if recipient.name %%}%s{%% endif %%}",
    "{%% for day in registration.sessions %%}{{ day }}%s{%% endfor %%}",
]


def shown(source):
    return source[:40]


@pytest.mark.parametrize("source", ATTACKS, ids=shown)
def test_attacks_are_refused_wherever_they_stand(source):
    for around, markup in itertools.product(AROUND, [True, False]):
        attack = around % source
        with pytest.raises(Refusal):
            liquid.refuse_unless_sound(attack, "registration", field="body", markup=markup)
        # Whatever a template was saved as: filling it in reaches nothing, either.
        try:
            said = liquid.filled(attack, fields.known(VALUES, "registration"), markup=markup)
        except (Refusal, liquid.Empty, liquid.TooMuch):
            said = ""
        assert len(said) <= 300_000
        for word in ("class '", "SECRET", "root:", "<script"):
            assert word not in said


@pytest.mark.parametrize("source", PRINTED, ids=shown)
def test_other_languages_of_templates_are_text(source):
    assert subject(source) == source


def test_a_loop_over_loops_ends():
    source = "{% for a in registration.sessions %}" * 8 + "x" * 500 + "{% endfor %}" * 8
    liquid.refuse_unless_sound(source, "registration", field="body", markup=True)
    values = fields.known({"registration": {"sessions": ["day"] * 40}}, "registration")
    with pytest.raises(liquid.TooMuch):
        liquid.filled(source, values, markup=True)
