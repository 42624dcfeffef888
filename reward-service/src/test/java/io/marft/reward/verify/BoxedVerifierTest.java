package io.marft.reward.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoxedVerifierTest {

    private final BoxedVerifier verifier = new BoxedVerifier();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            4*6=24 -3=21 +8=29 \\boxed{29}    | 29
            \\boxed{029}                        | 29
            \\boxed{ 29 }                       | 29
            \\boxed{29.}                        | 29
            \\boxed{29.0}                       | 29
            \\boxed{29}                         | 29.00
            \\boxed{+29}                        | 29
            \\boxed{-7}                         | -7
            \\boxed{\u22127}                    | -7
            \\boxed{- 7}                        | -7
            \\boxed{-0}                         | 0
            \\boxed{.5}                         | 0.5
            \\boxed{0.50}                       | .5
            \\boxed{1,234}                      | 1234
            \\boxed{1{,}234}                    | 1234
            \\boxed{1\\,234}                    | 1234
            \\boxed{12 345 678}                 | 12,345,678
            \\boxed{$29}                        | 29
            \\boxed{\\$29.50}                   | 29.5
            $\\boxed{29}$                       | 29
            \\boxed{29 \\text{ apples}}         | 29
            \\boxed{29\\ \\mathrm{cm}}          | 29
            \\boxed{\\text{29}}                 | 29
            \\boxed{29}                         | 29 \\text{ pens}
            \\boxed{\\text{ Tuesday }}          | Tuesday
            \\boxed{\\frac{1}{2}}               | \\frac{1}{2}
            \\boxed{\\dfrac{1}{2}}              | \\frac{1}{2}
            \\boxed{\\left( 1, 2 \\right)}      | (1,2)
            \\boxed{\\{1, 2\\}}                 | \\{1,2\\}
            \\boxed{x^{2} + 1}                  | x^{2}+1
            so \\boxed{3}, no: \\boxed{29}      | 29
            \\boxed{\\boxed{29}}                | 29
            \\boxed{29} and \\boxed{3           | 29
            \\boxed{123456789012345678901234567} | 123456789012345678901234567.0
            """)
    void shouldReward(String answer, String reference) {
        assertEquals(1, verifier.verdict(answer, reference));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            \\boxed{28}                         | 29
            \\boxed{-29}                        | 29
            \\boxed{2 9}                        | 29
            \\boxed{2,9}                        | 29
            \\boxed{29 30}                      | 29
            \\boxed{29, 30}                     | 29
            \\boxed{29.5}                       | 29
            \\boxed{290}                        | 29
            \\boxed{29 apples}                  | 29
            \\boxed{29}, no: \\boxed{3}         | 29
            the answer is 29                    | 29
            29                                  | 29
            \\boxed 29                          | 29
            \\boxed{29                          | 29
            boxed{29}                           | 29
            \\boxed{}                           | 29
            \\boxed{}                           | ``
            \\boxed{ }                          | $
            \\boxed{.}                          | 0
            \\boxed{-}                          | 0
            ``                                  | 29
            \\boxed{tuesday}                    | Tuesday
            \\boxed{123456789012345678901234567} | 123456789012345678901234568
            """)
    void shouldNotReward(String answer, String reference) {
        assertEquals(0, verifier.verdict(answer, reference));
    }

    @Test
    void shouldFindABoxOfAnyDepthAndLength() {
        String deep = "{".repeat(10_000) + "1" + "}".repeat(10_000);

        assertEquals(deep, BoxedVerifier.boxed("\\boxed{" + deep + "}").orElseThrow());
        assertEquals(1, verifier.verdict("\\boxed{" + deep + "}", deep));
    }
}
