"""Makes the golden renderings of small templates, one feature of Jinja each, that marft's own Jinja is held to.

transformers' environment renders them. Where it fails, ours must fail; what ours does not support is listed below, and
must fail too. How to run it is in tokens.py; from the repository's root: golden/bin/python ops/golden/jinja.py
"""

import json
from pathlib import Path

from transformers.utils.chat_template_utils import _compile_jinja_template

GOLDEN = Path("jinja/src/test/resources/golden/jinja/features.json")

VARIABLES = {
    "messages": [
        {"role": "system", "content": "You are helpful."},
        {"role": "user", "content": "{{ 1 + 1 }} {% if x %}<b> & 'q' \"d\" {# c #}"},
        {"role": "assistant", "content": "  <think>\nhm\n</think>\n\nYes \\n é😀 \n"},
        {"role": "user", "content": ""},
    ],
    "tools": None,
    "add_generation_prompt": True,
    "eos_token": "</s>",
    "bos_token": "<s>",
}

# One template a line.
LINES = r"""
{{ messages[::-1][0].role }}
{{ messages[1:]|length }}
{{ messages[-1]['content'] }}
{{ messages[:-1]|length }}
{{ messages[1:2][0].content }}
{% for m in messages[::-1] %}{{ loop.index0 }}{{ m.role }}{% endfor %}
{% for m in messages %}{{ loop.index }}/{{ loop.length }}{{ loop.first }}{{ loop.last }}{{ loop.revindex }}{{ loop.revindex0 }}{% endfor %}
{% for m in messages %}{% if loop.previtem is defined %}{{ loop.previtem.role }}{% else %}none{% endif %}{% endfor %}
{% for m in messages %}{% if loop.previtem and loop.previtem.role == 'user' %}U{% endif %}{% if not loop.last and loop.nextitem.role == 'user' %}n{% endif %}{% endfor %}
{% for m in messages %}{% if loop.index0 == 1 %}{% break %}{% endif %}{{ m.role }}{% endfor %}
{% for m in messages %}{% if loop.index0 == 1 %}{% continue %}{% endif %}{{ m.role }}{% endfor %}
{% set ns = namespace(a=1, b='x') %}{% for m in messages %}{% set ns.a = ns.a + 1 %}{% endfor %}{{ ns.a }}{{ ns.b }}
{% set x = 1 %}{% for m in messages %}{% set x = x + 1 %}{{ x }}{% endfor %}{{ x }}
{% for m in messages %}{% set y = 1 %}{% endfor %}{{ y is defined }}
{% if true %}{% set z = 2 %}{% endif %}{{ z }}
{{ true }}{{ false }}{{ none }}
{{ True }}{{ False }}{{ None }}
{{ [1, 'a', "it's", true, none, 1.5] }}
{{ {'a': 1, 'b': [1,2]} }}
{{ (1, 2) }}
{{ 7 / 2 }} {{ 7 // 2 }} {{ 7 % 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 2 ** 3 }} {{ 4 / 2 }}
{{ 1.0 }} {{ 0.1 + 0.2 }} {{ 1e3 }}
{{ 'a' ~ 1 ~ none ~ true }}
{{ 'a' + 'b' }}
{{ 'a' * 3 }}
{{ 1 + '1' }}
{{ '1' + 1 }}
{{ undefinedvar }}
[{{ undefinedvar.x }}]
[{{ messages[0].nokey }}]
{{ messages[0].nokey is defined }}
{{ messages[0].nokey is none }}
{{ messages[0].nokey is not none }}
{{ messages[0]['nokey'] is undefined }}
{{ messages[9] is defined }}
{{ undefinedvar is defined and undefinedvar is not none }}
{{ undefinedvar == none }}
{{ 'x' if undefinedvar else 'y' }}
[{{ 'x' if undefinedvar }}]
{{ 'x' if messages[0].content is string else 'y' }}
{{ messages is iterable }}{{ messages is string }}{{ messages is mapping }}{{ messages[0] is mapping }}{{ messages is sequence }}{{ 'abc' is iterable }}{{ 'abc' is sequence }}{{ messages[0] is iterable }}{{ 3 is number }}{{ 3 is integer }}{{ 3.5 is float }}{{ true is boolean }}{{ true is number }}{{ none is none }}{{ 0 is false }}{{ false is false }}{{ true is true }}{{ 1 is true }}
{{ enable_thinking is defined and enable_thinking is false }}
{{ not messages }}
{{ not (messages is string) }}
{{ messages[0].role == 'user' and not messages[0].content is none }}
{{ 'ell' in 'hello' }}{{ 'x' not in 'hello' }}{{ 'role' in messages[0] }}{{ 'zz' in messages[0] }}{{ 'a' in ['a','b'] }}{{ 'E' in 'hello' }}{{ '' in 'abc' }}
{{ 'a</think>b</think>c'.split('</think>')[-1] }}
{{ 'a</think>b'.split('</think>')[0] }}
{{ 'abc'.split('</think>') }}
{{ 'a.b*c'.split('.') }}
{{ ' a  b c '.split() }}
{{ 'a b c'.split(' ', 1) }}
{{ 'a,b,c'.rsplit(',', 1) }}
{{ 'a,,b'.split(',') }}
{{ ',a,'.split(',') }}
[{{ '\n\nabc\n\n'.strip('\n') }}]
[{{ '\n\nabc\n\n'.lstrip('\n') }}]
[{{ '\n\nabc\n\n'.rstrip('\n') }}]
[{{ ' \t\nabc\u00a0\n'.strip() }}]
[{{ 'xxabcxx'.strip('x') }}]
[{{ '  abc '|trim }}]
[{{ '\n abc \u00a0\n'|trim }}]
[{{ messages[2].content|trim }}]
{{ 'hello world'.title() }} {{ "it's mcDonald".title() }} {{ 'hello'.upper() }} {{ 'HELLO'.lower() }} {{ 'hello wORLD'.capitalize() }}
{{ 'hello world'|title }} {{ "it's mcDonald"|title }} {{ 'hello'|upper }} {{ 'HELLO'|lower }} {{ 'hello wORLD'|capitalize }}
{{ 'aXbXc'.replace('X', '.') }}{{ 'aXbXc'.replace('X', '.', 1) }}{{ 'aXbXc'|replace('X', '.') }}
{{ 'abc'.startswith('ab') }}{{ 'abc'.endswith('bc') }}{{ 'abc'.startswith('x') }}
{{ 'abc'.find('c') }}{{ 'abc'.count('c') }}{{ ', '.join(['a','b']) }}
{{ 'abc'[0] }}{{ 'abc'[-1] }}{{ 'abcdef'[1:3] }}{{ 'abcdef'[::-1] }}{{ 'abcdef'[:-2] }}{{ 'abcdef'[-2:] }}
{{ 'abc'|length }}{{ messages|length }}{{ messages|count }}{{ messages[0]|length }}
{{ 'abc\u00e9😀'|length }}
{{ messages[0]|tojson }}
{{ {'b': 1, 'a': 'é<>&\'"\n😀', 'c': none, 'd': true, 'e': 1.5, 'f': [1, 2], 'g': {}, 'h': []}|tojson }}
{{ {'b': 1, 'a': [1, {'x': 2}], 'e': [], 'f': {}}|tojson(indent=4) }}
{{ messages|tojson(indent=2) }}
{{ 'a"b'|tojson }}{{ 1|tojson }}{{ none|tojson }}{{ true|tojson }}
{{ '\u2028 \x7f \x01'|tojson }}
{{ 'it''s' }}
{{ 'it\'s' }}
{{ "say \"hi\"" }}
{{ 'a\\nb' }}
{{ 'a\\b' }}
{{ 'tab\there' }}
{{ 'nl\nhere' }}
{{ "{{ x }}" }}
{{ '{% if %}' }}
{{ '%}' }}
{{ '}}' }}
{{ '{#' }}
{{ '#}' }}
{{ "a'b" }}{{ 'a"b' }}
{# comment #}x{#- c -#} y
{# {{ x }} ' unbalanced #}x
a {{- 'b' -}} c
a {%- if true -%} b {%- endif -%} c
a {% if true %} b {% endif %} c
{% set x = 'a' %}{{ x }}
{%set x='a'%}{{x}}
{% set a, b = 1, 2 %}{{ a }}{{ b }}
{% set x %}hello {{ messages[0].role }}{% endset %}[{{ x }}]
{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}={{ v }};{% endfor %}
{% for k in {'a': 1, 'b': 2} %}{{ k }}{% endfor %}
{% for k, v in {'b': 1, 'a': 2}|dictsort %}{{ k }}={{ v }};{% endfor %}
{% for k, v in {'b': 1, 'a': 2}|items %}{{ k }}={{ v }};{% endfor %}
{% for x in [] %}a{% else %}empty{% endfor %}
{% for x in undefinedvar %}a{% else %}empty{% endfor %}
{% for m in messages if m.role == 'user' %}{{ loop.index }}{{ loop.last }}{{ m.content }}{% endfor %}
{% for i in range(3) %}{{ i }}{% endfor %}{% for i in range(1, 10, 4) %}{{ i }}{% endfor %}{% for i in range(3, 0, -1) %}{{ i }}{% endfor %}
{% for c in 'abc' %}{{ c }},{% endfor %}
{% for a in [1,2] %}{% for b in [3,4] %}{{ loop.index }}{{ a }}{{ b }}{% endfor %}{{ loop.index }}{% endfor %}
{% macro f(a, b='d') %}<{{ a }}{{ b }}>{% endmacro %}{{ f('x') }}{{ f('x', 'y') }}{{ f(b='q', a=1) }}
{% macro f(n) %}{% if n > 0 %}{{ n }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}
{{ messages[0].content | default('d') }}{{ undefinedvar | default('d') }}{{ '' | default('d', true) }}{{ undefinedvar|default }}{{ none|default('d') }}
{{ messages | map(attribute='role') | join(',') }}
{{ messages | selectattr('role', 'equalto', 'user') | list | length }}
{{ messages | selectattr('role', 'eq', 'user') | map(attribute='content') | list }}
{{ messages | rejectattr('role', 'equalto', 'user') | list | length }}
{{ (messages | first).role }}{{ (messages | last).role }}{{ [3,1,2]|sort }}{{ [1,2]|sum }}{{ [1,2]|max }}{{ [1,2,3]|reverse|list }}{{ [1,1]|unique|list }}
{{ 3|string + 'a' }}{{ '3'|int + 1 }}{{ '3.5'|float }}{{ 3.7|int }}{{ -3|abs }}{{ 3.14159|round(2) }}
{{ messages[1].content }}
{{ 'a' == 'a' }}{{ 1 == 1.0 }}{{ '1' == 1 }}{{ 1 != 2 }}{{ 'a' < 'b' }}{{ 1 <= 2 }}{{ none == false }}{{ true == 1 }}{{ [1] == [1] }}{{ '' == none }}{{ 0 == false }}{{ messages == messages }}{{ {} == {} }}
{{ 1 < 2 and 2 < 3 or false }}{{ not 1 == 2 }}{{ 1 if 2 > 1 else 3 }}
{{ '' or 'b' }}{{ 'a' and 'b' }}{{ 0 or none }}{{ [] or 'e' }}
{{ messages[0]['role'].upper() + messages[0].content|trim }}
{{ 'a' + ' b '|trim + 'c' }}
{{ -1 }}{{ +1 }}{{ (1 + 2) * 3 }}{{ 1 - 2 - 3 }}{{ 2 * 3 % 4 }}
{{ messages[0].get('role') }}{{ messages[0].get('zz') }}{{ messages[0].get('zz', 'd') }}{{ messages[0].keys()|list }}{{ messages[0].values()|list }}
{% if messages[0].role == 'user' %}A{% elif messages[0].role == 'system' %}B{% else %}C{% endif %}
{% if not add_generation_prompt is defined %}x{% else %}y{% endif %}
{% if tools %}t{% endif %}{{ tools is none }}{{ tools is defined }}{{ tools is not none }}
{{ raise_exception('Roles must alternate: ' ~ messages[0].role) }}
{{ unknownfunc() }}
{{ 'a'|unknownfilter }}
{{ 'a' is unknowntest }}
{% unknowntag %}
{% if true %}
{{ 'a' }
{{ 'abc'.nomethod() }}
{{ 'abc'.nomethod }}
{{ 'abc'.length() }}
{{ 'abc'.toUpperCase() }}
{{ 'abc'.getClass() }}
{{ 'abc'.class }}
{{ messages.size() }}
{{ messages[0].size() }}
{{ messages[0].class }}
{{ messages.append('x') }}
{% generation %}x{% endgeneration %}
{% filter upper %}abc{% endfilter %}
{% raw %}{{ x }}{% endraw %}
{% call f() %}x{% endcall %}
{% with a = 1 %}{{ a }}{% endwith %}
{% set _ = [1,2] %}{{ _[0] }}
{% do x %}
{% print 'a' %}
{{ eos_token }}{{ bos_token }}{{ pad_token }}[{{ unk_token }}]
{% set content = '<|im_start|>' + messages[0]['role'] + '\n' + messages[0]['content'] | trim + '<|im_end|>' %}{{ content }}
{% set loop_messages = messages %}{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set system_message = 'd' %}{% endif %}{{ system_message }}{{ loop_messages|length }}
{{ (messages|length) - 1 }}{{ messages|length - 1 }}{{ messages|length % 2 == 0 }}{{ (messages[0].role == 'user') != (0 % 2 == 0) }}
{% if (messages[0]['role'] == 'user') != (loop is defined) %}x{% endif %}
{{ [1,2] + [3] }}{{ [1] * 2 }}{{ 1 in [1,2] }}
{{ [messages[0].role, 'x']|join(' ') }}{{ ['a', 1, none]|join('-') }}{{ 'abc'|join(',') }}
{{ dict(a=1) }}{{ dict(a=1).a }}
{% set ns = namespace() %}{% set ns.x = 1 %}{{ ns.x }}{{ ns.y is defined }}
{% set ns = namespace(found=false) %}{% for m in messages %}{% if m.role == 'assistant' %}{% set ns.found = true %}{% endif %}{% endfor %}{{ ns.found }}{% if ns.found %}y{% endif %}
{{ "a" "b" }}
{{ 'a' 'b' }}
{{ [1,2,3][1:] }}{{ [1,2,3][-1] }}{{ [1,2,3][::2] }}
{{ messages[0].role|upper ~ ':' }}
{{ messages[0].content[:3] }}{{ messages[0].content.split(' ')[0] }}
{{ messages[0].content is defined and messages[0].content }}
{{ lipsum is defined }}{{ cycler is defined }}{{ range is defined }}{{ raise_exception is defined }}
{{ loop is defined }}
{{ self is defined }}
{{ 'abc' is upper }}{{ 'abc' is lower }}{{ 2 is even }}{{ 2 is odd }}{{ 4 is divisibleby 2 }}{{ 1 is eq 1 }}{{ 1 is in [1] }}{{ 'x' is not in ['x'] }}
{{ 1_000 }}
{{ 'é'.upper() }}{{ 'ß'.upper() }}{{ 'İ'.lower() }}
{{ 'ab\ncd\n'.splitlines() }}
{{ 'abc'|indent(2) }}{{ 'a\nb'|indent }}{{ 'a\nb'|indent(2, true) }}
{{ 'Ab' if 'A' in 'Ab' and not 'c' in 'Ab' }}
{{ 'a' not in messages[0] }}
{{ not 'a' in messages[0] }}
{{ messages[0].role in ['user', 'system'] }}
{{ messages[0]["content"].startswith("You") and true }}
{% for m in messages %}{{ m['content'] if m['content'] is string else m['content'][0]['text'] }}{% endfor %}
{% for m in messages %}{{- m.role -}} {% endfor %}
{{ 'x' }}{{ '\n' }}
{{ '\\' }}{{ '\\n' }}{{ '\\\\' }}
{{ '\'' }}{{ "\"" }}{{ '\"' }}
{{ '\u4f60\x41\101' }}
{{ 10 // 3 }}{{ 10 / 5 }}{{ 10 % 3 }}{{ 2**10 }}{{ 2**-1 }}
{{ 1 == true }}{{ 1 is sameas true }}{{ true is sameas true }}
{{ [true, false]|tojson }}{{ [[1]]|length }}
{{ ['b','a']|sort|join }}{{ {'a':1}|list }}
{{ ['x']|first|upper }}{{ []|first }}
{{ (['x'] + ['y'])|last }}
{{ 1000000 }}{{ 1234567.0 }}{{ 1e20 }}{{ 1.5e-7 }}
{{ {'a': 1}.update({'b': 2}) }}
{% if messages[0].content is not string and messages[0].content is not mapping %}x{% else %}y{% endif %}
{% set x = none %}{% if x is none %}n{% endif %}{{ x is defined }}{{ x }}
{% set x = none %}{{ x is not none and x.y }}{{ x == none }}{{ none in [none] }}{{ none == none }}
{{ none ~ '' }}{{ none|string }}{{ none|length }}
{{ none + 'a' }}
{{ messages[0].nokey + 'a' }}
{{ messages[0].nokey.x }}
{{ messages[0].nokey.strip() }}
{{ undefinedvar.strip() }}
{{ none.strip() }}
{{ none|trim }}
{{ 1|trim }}{{ undefinedvar|trim }}[{{ undefinedvar|length }}]
{{ undefinedvar|tojson }}
{{ undefinedvar in 'abc' }}
{{ 'a' in undefinedvar }}
{{ 'a' in none }}
{{ 1 < 'a' }}
{{ messages.role }}
{{ messages['role'] }}
{{ messages[0][0] }}
{{ 'abc'[5] }}
{{ 'abc'['x'] }}
{{ 5 / 0 }}
{{ [1,2][5] }}
{{ range(3) }}
{{ range(3)|list }}
{% for m in messages %}{{ loop.cycle('a', 'b') }}{{ loop.depth }}{% if loop.changed(m.role) %}c{% endif %}{% endfor %}
{% set x = [] %}{% for m in messages %}{% set x = x + [m.role] %}{% endfor %}{{ x }}
{% if messages %}{% for m in messages %}{% if loop.first %}{% set q = m.role %}{% endif %}{% endfor %}{% endif %}{{ q }}
{{ strftime_now('%Y') | length }}
{% macro g() %}{{ messages[0].role }}{% endmacro %}{{ g() }}
{% set v = 1 %}{% macro g() %}{{ v }}{% endmacro %}{% set v = 2 %}{{ g() }}
{% for m in messages %}{% macro g() %}{{ m.role }}{% endmacro %}{{ g() }}{% endfor %}
{{ 'x' if tools else 'y' if messages else 'z' }}
{% for m in messages %}{% if loop.index0 == 0 %}{% continue %}{% endif %}{% if loop.last %}{% break %}{% endif %}{{ m.role }}{% else %}none{% endfor %}
{% for m in messages %}{% continue %}{% else %}none{% endfor %}
{% for m in messages %}{% generation %}{% set inner = m.role %}{{ inner }}{% endgeneration %}{{ inner is defined }}{% endfor %}
{{ 'Ça ÉtÉ'.title() }}{{ 'ǆ ﬁx ß'.title() }}{{ 'ΟΔΟΣ'.lower() }}{{ 'ΟΔΟΣ ΟΔΟΣ'.capitalize() }}
{{ '😀é中'[::-1] }}{{ '😀é中'[1] }}{{ '😀é中'[-1:] }}{{ '😀é中'.find('中') }}{{ '\U0001f600' }}
{{ 'b' < '\uffff' }}{{ '\U0001f600' < '\uffff' }}{{ 'a' < 'B' }}
{{ ['a\nb', 'c\x00', '\u200b', '\xa0', 'é', '\U0001f600', "'", '"', '\'"'] }}
{{ 0.1 }} {{ 100.0 }} {{ 1e16 }} {{ 1e15 }} {{ 123456789.123456789 }} {{ 5e-324 }} {{ 2.0**0.5 }} {{ 1/3 }} {{ -0.0 }}
{{ 7.5 // 2 }} {{ -7.5 % 2 }} {{ 7 // -2 }} {{ 7 % -2 }} {{ 2 ** 3 ** 2 }} {{ -2 ** 2 }}
{{ 'a' 'b' ~ 'c' }}{{ 'x' ~ (1 + 2) ~ 'y' }}{{ 1 ~ 2 + 3 }}
{{ messages|map(attribute='role')|map('upper')|join('-') }}
{{ messages|map(attribute='nokey', default='d')|join(',') }}
{{ messages|selectattr('content')|map(attribute='role')|list }}
{{ messages|map(attribute='role')|unique|sort(reverse=true)|join(' ') }}
{% set a = messages|map(attribute='role') %}{{ a|list|length }}{{ a|list|length }}
{{ messages|sort(attribute='content')|map(attribute='role')|join(',') }}
{{ {'a': 1}.items()|list }}{{ {'a': 1}.items() }}{{ {'a': 1}.keys() }}
{{ 'a-b c_d (e'|title }}{{ 'x'|d('y') }}{{ ''|d('y') }}{{ ''|d('y', boolean=true) }}
{{ 'abcabc'.rfind('b') }}{{ 'abcabc'.count('b') }}{{ 'a=b=c'.partition('=') }}{{ 'a=b=c'.rpartition('=') }}{{ 'prefix-x'.removeprefix('prefix-') }}{{ 'x.txt'.removesuffix('.txt') }}
{{ ' a b  c '.split(none, 1) }}{{ ' a b  c '.rsplit(none, 1) }}{{ ''.split() }}{{ ''.split(',') }}
{{ 'abc'.startswith(('x', 'a')) }}{{ '12'.isdigit() }}{{ ''.isdigit() }}{{ ' '.isspace() }}{{ 'AB1'.isupper() }}
{{ not true == false }}{{ not (true and false) }}{{ true and not false or false }}
{{ 1 < 2 < 3 }}{{ 3 > 2 == 2 }}{{ 1 in [1] == true }}
{% set ns = namespace({'a': 1}) %}{{ ns.a }}
{% set ns.a = 1 %}
{% set x = 1 %}{% set x.a = 1 %}
{% set a, b = [1] %}
{{ loop }}
{% for loop in messages %}{% endfor %}
{% break %}
{% for m in messages %}{% macro f() %}{% break %}{% endmacro %}{% endfor %}
{% else %}
{% if true %}{% endfor %}
{{ }}
{{ 1 + }}
{{ 'a' | }}
{{ (1 }}
{{ 1) }}
{{ [1 }}
{{ 'a }}
{# a
{% if true
{{ a
{% raw %}x
{% set %}
{% for %}{% endfor %}
{{ x y }}
{{ 1 2 }}
{{ f(a=1, 2) }}
{{ $ }}
{{ messages[0]['role' }}
{{ true is }}
{% macro f(a=1, b) %}{% endmacro %}
{% endif %}
{% if %}{% endif %}
{{ '\q\é' }}
{{ '\x4' }}
{{ range(1000000)|length }}
{{ namespace(_a=1) }}
{% macro f(a) %}{{ a is defined }}{% endmacro %}{{ f() }}{{ f(1) }}{{ f(1, 2) }}
{% macro f(a) %}{{ a }}{% endmacro %}[{{ f() }}]{{ f(b=1) }}
{% macro f(n) %}{{ f(n) }}{% endmacro %}{{ f(1) }}
{{ messages[0].role.upper().lower().title() }}
{{ messages[ 0 ] [ 'role' ] . upper ( ) }}
{{ messages.0.role }}
{{- 1 -}} {{+ 2 }} {{-3}}
{% if 'a' is string and 1 is not string %}y{% endif %}{{ 'a' is in ['a'] }}{{ 3 is divisibleby(3) }}{{ 3 is ge 2 }}
{{ messages is sequence and messages is not string and messages is not mapping }}
{% with %}{% set q = 1 %}{% endwith %}{{ q is defined }}
{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}
{% set x | upper | replace('B', '-') %}abc{% endset %}{{ x }}
{% filter trim | upper %}  abc {% endfilter %}
{{ [1, 2, 3, 4][1:3] }}{{ [1, 2, 3][::-1] }}{{ [1, 2, 3][5:] }}{{ [1, 2, 3][-2:] }}{{ (1, 2, 3)[1:] }}{{ 'abc'[::2] }}
{{ messages[messages|length - 1].role }}{{ messages[loop] }}
{{ [1, 2] | tojson(separators=(',', ':')) }}{{ {'b': 1, 'a': 2} | tojson(sort_keys=true) }}{{ 'é😀' | tojson(ensure_ascii=true) }}
{{ 1.0|tojson }}{{ 1e30|tojson }}{{ (1, 2)|tojson }}{{ {1: 2}|tojson }}
{{ '1'|int }}{{ 'x'|int }}{{ 'x'|int(7) }}{{ '1.9'|int }}{{ none|int }}{{ 'x'|float }}{{ '2'|float }}{{ 2.5|round }}{{ 2.675|round(2) }}{{ 3.5|round|int }}
{{ [3, 1, 2]|min }}{{ ['b', 'A']|sort }}{{ ['b', 'A']|max }}{{ []|max }}{{ {'b': 1, 'a': 2}|dictsort }}{{ {'b': 1, 'a': 2}|dictsort(by='value') }}
{{ 0|indent }}
{{ tools|float is even }}{{ false|abs }}{{ true|round }}{{ -2.5|abs }}{{ 4|round(1) }}
{{ undefinedvar is callable }}{{ raise_exception is callable }}{{ 'a' is callable }}
{% for m in messages[:1] %}{{ loop is iterable }}{% endfor %}
{{ tools[:1] }}
{{ messages[0][:1] }}
{{ [] in {} }}
{{ messages|unique|list }}
"""

# Templates of several lines, or with white space at an end.
BLOCKS = [
    "{{ 'a\\\nb' }}",
    "   {% if true %}\nx\n   {% endif %}\ny",
    "a\n   {{ 'x' }}\nb",
    "a   {#- c #}\nb",
    "a\n  {# c #}\nb",
    "a\n  {%+ if true %}b{% endif %}",
    "a{% if true +%}\nb{% endif %}",
    "{% macro f(a) -%}\n  x{{ a }}\n{%- endmacro %}[{{ f('1') }}]{{ f('2') ~ 'z' }}{{ f('3') + 'z' }}",
    "{{ 'a\nb' }}",
    "{% if\n  true\n%}x{% endif %}",
    "{{ messages\n [0].role }}",
    "x{% for m in messages -%}\n   {{ m.role }}\n{%- endfor %}y",
    "{{ 'x' }}{{ '\\n' }}\n\n{{- 'x' }}\n\n",
    "x\n\n",
    "x\n",
    "x\r\ny\r\n{% if true %}\r\nz{% endif %}\r\n",
    "\n\n{{ 'a' }}\n",
    "{% if true %}\n\n\nx{% endif %}",
    "{{ 'a' }}\n{{ 'b' }}\n\n{% set x = 1 %}\n\n{{ x }}",
    "{% set x = 1 %}\n  {% set y = 2 %}  \n z",
    "  a {% if true %}\n  b\n  {% endif %} c\n",
    "\t{% if true %}\t\nx{% endif %}",
    "{{ {'a': 1,\n 'b': 2}['b'] }}",
    "{%- set x -%}\n  a\n{%- endset -%}\n[{{ x }}]",
    "{%- for m in messages %}\n  {%- if m.role == \"user\" %}\nU: {{ m.content }}\n  {%- else %}\nA: {{ m.content -}}\n  {%- endif %}\n{%- endfor %}",
]

UNSUPPORTED = [
    "{{ '<b>&' }}{{ '<b>&'|e }}{{ '<b>&'|safe }}",
    "{{ '%s is %d' % ('a', 3) }}",
    "{{ '%s-%s'|format('a', 'b') }}",
    "{{ '{}-{}'.format('a', 'b') }}",
    "{{ messages|groupby('role')|length }}",
    "{{ 12345678901234567890 }}",
    "{{ 'a'.join }}",
    "{{ {'a': {'b': 1}}.a.b }}{{ {'items': 1}.items }}{{ {'items': 1}['items'] }}",
    "{% for m in messages recursive %}{{ m.role }}{% endfor %}",
    "{{ dict(**{'a': 1}) }}",
    "{% macro f() %}{{ caller() }}{% endmacro %}{% call f() %}x{% endcall %}",
    "{{ strftime_now('%U') }}",
    "{{ messages[0].pop('role') }}",
    "{{ 'a'.encode() }}",
    "{% include 'x' %}",
    "{% block a %}x{% endblock %}",
    "{{ lipsum() }}",
    "{{ messages|map('upper') }}",
    "{{ 'a'|e }}",
]


def rendered(template):
    try:
        return {"template": template, "text": _compile_jinja_template(template).render(**VARIABLES)}
    except Exception as error:
        return {"template": template, "error": str(error)}


def main():
    cases = [rendered(template) for template in LINES.strip("\n").split("\n") + BLOCKS]
    cases += [{"template": template, "error": "not supported"} for template in UNSUPPORTED]
    GOLDEN.parent.mkdir(parents=True, exist_ok=True)
    GOLDEN.write_text(
        '{"variables": ' + json.dumps(VARIABLES, ensure_ascii=False) + ',\n"templates": [\n'
        + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]}\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
