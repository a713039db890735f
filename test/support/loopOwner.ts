import { OwnChild } from '../../src/io/ownChild';

// Owns a child that works without end (`./loopingChild`) and says its id once it is at it.

const child = new OwnChild<{ how: string }, string>(process.argv[2]!);
child.onMessage = () => process.stdout.write(`${child.pid}\n`);
child.send({ how: process.argv[3]! });
