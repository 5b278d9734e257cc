import type { RowId } from './catalogue.ts';
import type { Language } from './languages.ts';

/**
 * Labels that are displayed instead of the published ones: misprints, product names, and words that mean something else in
 * the CRM (docs/superoffice/user-plans.md#7-languages).
 */
export const correctedLabels: Readonly<Partial<Record<RowId, Readonly<Partial<Record<Language, string>>>>>> =
  {
    C1: { sv: 'Kontakthantering', da: 'Kontakthåndtering' },
    C2: { de: 'Firmen und Personen' },
    C8: { nl: 'Integratie met videovergaderingen' },
    C14: {
      en: 'Google Workspace documents',
      de: 'Google Workspace-Dokumente',
      no: 'Google Workspace-dokumenter',
      sv: 'Google Workspace-dokument',
      da: 'Google Workspace-dokumenter',
      nl: 'Google Workspace-documenten',
    },
    C20: { sv: 'Statiska urval' },
    C21: { sv: 'Dynamiska urval' },
    C23: {
      en: 'Send email to selection members (max. 500)',
      de: 'E-Mails an Selektionsmitglieder senden (max. 500)',
      no: 'Send e-post til medlemmer i utvalg (maks. 500)',
      sv: 'Skicka e-post till medlemmar i urval (max. 500)',
      da: 'Send e-mail til medlemmer i udvalg (maks. 500)',
      nl: 'E-mail verzenden naar leden van een selectie (max. 500)',
    },
    SaE5: { nl: 'Verkoopassistent' },
    SaP5: { sv: 'Försäljningsmål och KPI:er' },
    SaP9: {
      de: 'Angebotsverwaltung (Quote Management)',
      no: 'Tilbud (Quote Management)',
      sv: 'Offerter (Quote Management)',
      da: 'Tilbud (Quote Management)',
    },
    SvE3: { da: 'Autosvar og svarskabeloner' },
    SvP3: { no: 'Varsler og påminnelser – tidsfrister' },
    MaE2: {
      en: 'Mailing service included (Mailgun)',
      de: 'Integrierter Versanddienst (Mailgun)',
      no: 'Tjeneste for e-postutsendelser inkludert (Mailgun)',
      sv: 'Inkluderad mejltjänst (Mailgun)',
      da: 'Inkluderet mailsendetjeneste (Mailgun)',
      nl: 'Mailingservice inbegrepen (Mailgun)',
    },
    MaE4: { no: 'Firmaspesifikke e-postmaler', da: 'Firmaspecifikke e-mailskabeloner' },
    MaE7: { en: 'Google Analytics tracking' },
    MaE16: { no: 'Firmaspesifikke skjemamaler', da: 'Firmaspecifikke formularskabeloner' },
    MaE17: { da: 'Bibliotek med gratis formularskabeloner' },
  };
