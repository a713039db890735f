import { Command } from 'commander';
import { VERSION } from '../core/version';
import { addBon } from './bon';
import { addConvert } from './convert';
import { addFeatures } from './features';
import { addGrade } from './grade';
import { addInspect } from './inspect';
import { addMerge } from './merge';
import { addRuns } from './runs';
import { addScore } from './score';
import { processTerminal } from './terminal';
import { addTrain } from './train';
import { endInOrder } from './unexpected';
import { addValidate } from './validate';

const terminal = processTerminal();
const program = new Command('cfprm')
  .description(
    'Process-reward-model data: look at trajectory files, check, convert and score them, make coarse-to-fine training data, compare candidates.',
  )
  .version(VERSION)
  .configureOutput({
    // What it refuses may be the name of a file.
    writeErr: terminal.err,
    outputError: (text, write) => write(text.replace(/^error: /u, 'cfprm: ')),
  })
  .showHelpAfterError('Add --help for the options.')
  // 2 is "could not run" for every command; commander's own code for a wrong option would mean "findings".
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

addInspect(program);
addValidate(program);
addConvert(program);
addMerge(program);
addBon(program);
addGrade(program);
addScore(program);
addFeatures(program);
addTrain(program);
addRuns(program);

endInOrder();
void program.parseAsync();
