package io.marft.jinja.syntax;

import io.marft.jinja.syntax.Token.Kind;
import io.marft.jinja.value.TemplateException;
import java.util.List;

/** A list of tokens, and the place up to which it was read. */
final class Tokens {

    private final List<Token> tokens;
    private int place;

    Tokens(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(place);
    }

    Token peekSecond() {
        return tokens.get(Math.min(place + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = tokens.get(place);
        if (!token.is(Kind.END)) {
            place++;
        }
        return token;
    }

    boolean skipName(String name) {
        return skipIf(peek().isName(name));
    }

    boolean skipOperator(String operator) {
        return skipIf(peek().isOperator(operator));
    }

    Token expect(Kind kind, String wanted) {
        if (!peek().is(kind)) {
            throw unexpected(wanted);
        }
        return next();
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw unexpected("'" + operator + "'");
        }
    }

    TemplateException unexpected(String wanted) {
        return new TemplateException("expected " + wanted + ", got " + peek().show()).at(peek().line());
    }

    private boolean skipIf(boolean matches) {
        if (matches) {
            next();
        }
        return matches;
    }
}
