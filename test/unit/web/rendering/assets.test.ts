import express from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { assetVersion, serveAssets } from '../../../../src/web/rendering/assets.ts';
import { root } from '../../../support/project-files.ts';

describe('serveAssets', () => {
  const app = express().use('/assets', serveAssets(root));
  const cacheControl = async (version: string) => {
    const response = await request(app).get(`/assets/${version}/planlens.css`);
    expect(response.status).toBe(200);
    return response.headers['cache-control'];
  };

  it('lets browsers keep the current version for a year', async () => {
    expect(await cacheControl(assetVersion(root))).toBe('public, max-age=31536000, immutable');
  });

  it('serves the version of another release, which browsers must ask for again', async () => {
    expect(await cacheControl('OTHER12345')).toBe('no-cache');
  });

  it('serves no file without a version', async () => {
    expect((await request(app).get('/assets/planlens.css')).status).toBe(404);
  });
});
