import { endInOrder } from '../../src/cli/unexpected';

// A command with a bug, whose words come from a row.
endInOrder();
void Promise.reject(new Error('broken \u202e'));
