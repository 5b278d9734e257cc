import express from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../../src/errors.ts';
import { createOfrepErrorHandler } from '../../../../../src/web/api/ofrep/ofrep-error.ts';
import { english, languages } from '../../harness.ts';

const prepareProblem = (error: unknown) => error as AppError;

describe('handleOfrepError', () => {
  it.each([
    [new AppError('api-key-invalid', { detail: 'revoked key' }), ' (detail: revoked key)'],
    [new AppError('api-key-missing'), ''],
  ])('says what to do about %s, and why if that is known', async (error, end) => {
    const app = express()
      .get('/', () => {
        throw error;
      })
      .use(createOfrepErrorHandler({ prepareProblem, languages }));
    const { body } = await request(app).get('/').expect(error.status);
    const errorDetails = english.t(`problem.${error.code}.text`) + end;
    expect(body).toEqual({ errorCode: 'GENERAL', errorDetails });
  });
});
