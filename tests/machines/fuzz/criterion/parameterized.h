/* parameterized.h - nothing: no test is declared here. See criterion.h. */
