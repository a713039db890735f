import fc from 'fast-check';

// The same examples in every run, so that a failure is the change's; CFPRM_SEED=random looks for new ones.
const given = process.env.CFPRM_SEED;
if (given !== 'random') fc.configureGlobal({ seed: Number(given ?? 20_261_125) });
