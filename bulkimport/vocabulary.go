package bulkimport

// The vocabulary is what words of headers mean, in the languages that exports are mostly in: English, German,
// French, Spanish, Portuguese, Italian and Dutch, and the technical names of a few systems. A line is a class, a
// concept and the words for it, folded as [fold] does; words that belong together are joined by underscores.
// A concept is named by its English word, which is one of its words without being listed.
//
// The classes:
//
//   - part: what a field can be. It is not to be found beside the words of another field.
//   - entity: whose field it is, if that is the record itself.
//   - id: what identifies a record.
//   - soft: words that change nothing.
//   - billing, work, other: which of several addresses it is, from the best to the worst.
//   - foreign: words that make a header that of something else; those of "-" are each a concept of their own.
//   - as: words that stand for several concepts.
const vocabulary = parts + entities + qualifiers + strangers + flags + things + singles + compounds

const parts = `
part email mail mails correo courriel correo_electronico correio correio_eletronico correio_electronico emails
part email posta_elettronica adresse_electronique direccion_electronica courrier_electronique smtp e_post
part phone phones telephone telefon telefono telefone telefoon tel tele fon fono fone ph telf tlf tfno tfn
part phone telefonico telefonica telefonisch telephonique fixo fijo
part phone rufnummer rufnr festnetz landline telnr telno telefonnr phoneno tlfn fixe telephones telefoni
part phone fixed_line vaste_lijn telefono_fijo telefone_fixo telefono_fisso telephone_fixe
part mobile cell cellphone handy mobil mobiltelefon portable gsm celular cellulare movil telemovel mobiel cel
part mobile mobilfunk mobilnummer mobilnr smartphone mob telephone_portable telefono_movil telefone_celular
part mobile telefono_cellulare mobiele mobile_phone mobielnummer mobiles
part street strasse strassen str rue calle via rua straat straatnaam logradouro stras road strada strasz
part street calle_numero strasse_nr strasse_hausnummer strasse_hausnr straat_huisnummer straat_nummer straat_nr
part street strasse_und_hausnummer street_and_number rue_numero rua_numero via_numero via_civico strasse_und_nr
part street street_house_number str_nr str_hausnr streetaddress rue_et_numero rue_n calle_y_numero
part street straat_en_huisnummer
part house house_number house_no house_num hausnummer hausnr huisnummer huisnr street_number street_no civico
part house numero_civico numero_rue numero_voie numero_casa numero_exterior numero_interior street_nr
part address addr addres adress adr adresse adressen anschrift direccion indirizzo endereco morada adres
part address domicilio addresses
part address direcciones adresses indirizzi domicile adrs
part line lines zeile ligne linea linha riga regel
part supplement suite apartment apt extended_address complement complemento zusatz supplemento suppl piso
part supplement appartement interno
part supplement adresszusatz adressenzusatz complement_adresse complemento_direccion additional_address
part supplement supplementary
part supplement address_extension complemento_endereco address_supplement apartamento adreszusatz
part postalcode zip postcode zipcode plz postleitzahl cp cap cep cod_postal code_postal codigo_postal
part postalcode codice_postale codice_avviamento_postale pstlz postnummer postnr pincode
part postalcode npa c_postal postcodes eircode postnumber code_poste zips zip_postal zip_postal_code plz_code
part city town ort stadt ville ciudad cidade citta comune commune gemeente plaats woonplaats wohnort localite
part city localita localidad localidade poblacion municipio municipality locality plaatsnaam ortschaft stad
part city ortsname
part city towns cities villes vestigingsplaats
part district suburb stadtteil ortsteil bairro barrio quartier quartiere frazione wijk neighborhood
part district neighbourhood
part district colonia freguesia arrondissement
part state province region county provincia bundesland kanton canton departement provincie regione prov regiao
part state stateorprovince comunidad_autonoma prefecture uf regio province_state states provinces provincias
part state counties regions unidade_federativa
part state subdivision country_subdivision admin_area administrative_area stateprovince
part estado etat staat stato distrito departamento territory
part country land pays pais paese nation nazione ctry cntry nacion lander laender lnd landes countries
part country nazionalita_paese
part country lkz landcode landescode landkode
part currency wahrung devise moneda moeda valuta waers ccy curr munt monnaie divisa wkz currencies wahrungen
part currency waehrung
part name nom nombre nome naam denominazione denominacion denominacao names namen namens denomination
part designation bezeichnung designacion libelle benennung omschrijvingsnaam kurzbezeichnung
part tradename nombre_comercial nome_fantasia nome_comercial nom_commercial trading handelsnaam fantasia
part tradename dba doing_business_as trading_name trading_as insegna enseigne
part firstname given_name forename vorname prenom nombre_pila nombre_de_pila primeiro_nome fname
part firstname nome_proprio voornaam first primer_nombre given
part lastname family_name surname nachname familienname nom_famille nom_de_famille cognome
part lastname apellido apellidos sobrenome ultimo_nome achternaam lname last primer_apellido family apelido
part middlename middle second_name second_prenom segundo_nombre zweiter_vorname tussenvoegsel
part fax telefax facsimile telecopie faks telfx telecopieur telefaxnummer
part payment zahlung zahlungs paiement pago pagamento betaling betalings betalen betaal pay payments reglement
part payment pagos pagamenti
part term terms ziel frist bedingung bedingungen konditionen condition conditions condicion condiciones
part term condizioni
part term condicoes condicao conditie condities termijn plazo prazo termine termini termino terminos delai
part term voorwaarde
part term zterm delais zahlbar period periode netto_ziel voorwaarden
part day days tage tagen jours jour dias dia giorni giorno dagen dag
part net netto
part due fallig faligkeit falligkeit vencimiento vencimento scadenza echeance verval vervaldag vervaldatum
part tax vat ust ustid ustidnr uid mwst tva iva btw gst hst cnpj cpf nif cif siren siret steuer steuernummer
part tax steuernr
part tax partita_iva piva codice_fiscale id_fiscal identificacion_fiscal numero_fiscal codigo_fiscal
part tax numero_contribuinte kvk rut rfc ein ssn abn acn tin vies taxes stceg contribuinte ruc cuit nit
part tax fiscalcode
part tax umsatzsteuer mehrwertsteuer sales_tax intracommunautaire euvat ustidnummer taxpayer
part tax cif_nif nif_cif dni documento_fiscal inscricao_estadual inscricao_municipal codice_univoco sdi gstin
`

const entities = `
entity customer client kunde kunden cliente clientes clients klant klanten kundin cust customers debitor
entity customer debitoren
entity customer debiteur debiteuren debtor buyer afnemer relatie clienti kd debitors acheteur
entity account acct konto compte conta conto cuenta a_c accounts accnt comptes kontos
entity company organization organisation firma firmen unternehmen unternehmens societe entreprise empresa
entity company azienda
entity company impresa bedrijf bedrijfs companies organizacion organizacao corporation corporate enterprise
entity company etablissement societa org organisatie firm unternehmung cie compania compagnie organizzazione soc
entity business
entity contact contacts kontakt contacto contatto contato contactpersoon ansprechpartner ansprechperson contatti
entity contact interlocuteur contactos contatos ansprechpartnerin kontaktperson referente contact_person
entity contact kontakte
entity person people individual personne persona pessoa natuerliche_person
entity user usuario utente benutzer gebruiker utilisateur utilizador users member mitglied membre subscriber
entity partner tiers tercero party geschaftspartner business_partner parties partners bp
`

const qualifiers = `
id id ident identifier identifiant identificador identificativo kennung ids identnummer identificatie
id number no nr num nbr numero nummer numbers numer n nro numeros nummern
id code sigla codigo codice kode cod kennzeichen kurzel codes
id key schlussel cle clave chave chiave sleutel
id reference ref referenz referencia riferimento referentie references refs
id uuid guid
id external extern externe externo externa esterno esterna remote
id internal intern interne interna interno_id internal_id
id record datensatz registro
id iso alpha iso_2 iso_3 alpha_2 alpha_3 iso_3166 iso_4217 iso_code_2 2_letter 2_char
soft primary main default preferred principal principale haupt hoofd standard general allgemein current aktuell
soft primary actual actuelle displayed display anzeige
soft legal
soft primary official officiel valor valeur value wert text info information informations details detail data
soft primary daten property properties attribute attributes fields free form mandatory pflichtfeld registered
soft primary mostrar kna1 adrc zentrale centrale
soft complete full completo complet volledig voller vollstandig
soft primary completa volledige vollstandiger hauptsachlich stammdaten informacion
soft primary informazioni informacoes gegevens weergave affichage predeterminado predefinito standaard
soft primary predeterminada
billing billing bill bill_to billed invoice invoices invoicing rechnung rechnungs rechnungsempfanger facture
billing billing facturation factura facturacion fatura faturamento faturacao cobranca fattura fatturazione
billing billing factuur
billing billing facturatie facturatiegegevens po fiscal facturar
billing billing abrechnung legale fiscale cobro
mailing mailing correspondence correspondencia korrespondenz postal postale post correspondance correspondentie
work work trabajo travail arbeit werk geschaftl lavoro trabalho bureau buro office geschaftlich professionnel
work work professional
work work oficina ufficio escritorio kantoor geschaft dienstlich zakelijk professionnelle
work headquarters hq siege sede hauptsitz head_office registered_office main_office hoofdkantoor physical
work headquarters siege_social vestigings vestiging bezoek geschaftssitz
other home private privat personal personnel prive privado particular casa privee personnelle
other other alternate alternative secondary zweit sonstige andere autre autres otro otra altro altra outro outra
other other overig alt additional zusatzlich backup secundario sold_to secondaire secondario sekundar extra
other other second
`

const strangers = `
foreign shipping ship ship_to delivery deliver lieferung liefer lieferungs livraison envio entrega spedizione
foreign shipping consegna versand levering lever aflever verzend bezorg expedition destinatario recipient sa
foreign shipping dispatch
foreign shipping consignee delivered warenempfanger ship_from pickup receiver empfanger envios
foreign card karte carte tarjeta cartao carta kaart creditcard kreditkarte cvc avs expiry fingerprint
foreign bank iban bic swift blz bankleitzahl sort_code routing banque banco banca bankverbindung sepa mandate
foreign bank mandat
foreign bank giro rekening rekeningnummer clabe agencia rib kontoinhaber bankkonto bankkontonummer coordonnees
foreign owner inhaber besitzer propietario proprietaire proprietario eigenaar manager responsable responsabile
foreign owner responsavel sachbearbeiter betreuer agent rep representative salesperson sales_rep vendedor
foreign owner verkaufer
foreign owner vertreter venditore sales assigned assignee zustandig ejecutivo advisor consultant gestor employee
foreign owner holder titular titulaire titolare assistant assistent sender requester submitter referrer inviter
foreign owner reseller broker employer guarantor admin administrator
foreign owner mitarbeiter cashier accountmanager verkoper salesman commerciale
foreign parent ubergeordnet mutter madre padre matriz group gruppe groupe grupo gruppo groep master hierarchy
foreign parent subsidiary child konzern tochter superior ultimate
foreign vendor supplier lieferant lieferanten kreditor kreditoren fournisseur proveedor fornitore fornecedor
foreign vendor leverancier crediteur purchase purchases einkauf achat compra acquisto inkoop vendors suppliers
foreign vendor crediteuren
foreign pobox postfach apartado boite_postale casella_postale caixa_postal postbus pfach apartado_correos
`

const flags = `
foreign date datum fecha data_di data_de dates zeit hora timestamp time heure ora uhrzeit
foreign created create creation cree creado criado creato erstellt angelegt aangemaakt erdat added joined signup
foreign created registrierung anlage creazione criacao creacion since seit anlagedatum opened creata cree_le
foreign created register inserted erfasst erfassung aanmaak aanmaakdatum alta cadastro
foreign by durch par por door ersteller auteur author autor
foreign description beschreibung descripcion descrizione descricao omschrijving desc
foreign cc bcc copy kopie copia copie
foreign template number_of anzahl_der custom
`

const compounds = `
as phone+number contact_number contact_no contact_nr
as name nombre_apellidos nom_prenom prenom_nom vor_nachname nome_cognome cognome_nome voor_achternaam
as name first_last_name name_vorname vorname_nachname nachname_vorname nom_prenoms vorname_name nome_sobrenome
as billing rechnungsversand versand_rechnung
as customer+code cardcode
as customer+number kunnr kdnr kdnummer debnr debitorennr custno custnum clientno custnbr cust_id_nr
as company+name razon_social raison_sociale ragione_sociale razao_social denominacion_social
as company+name denomination_sociale denominacao_social denominazione_sociale
as company+name firmenbezeichnung nome_razao_social nombre_razon_social handelsbedrijf
as company+number company_reference
as account+number konto_nr acctno accno accountno
as account+reference a_c_ref
as customer+code codcliente clicod codcli clientcode
`

const things = `
foreign active aktiv actif activo ativo attivo actief actieve
foreign status statut estatus situation situacao situazione
foreign type typ tipo art soort types kundentyp
foreign industry branche secteur sector settore sparte
foreign category kategorie categorie categoria
foreign class klasse classification
foreign tag tags etiquetas etiqueta etichette schlagworte stichworte
foreign source quelle origine origen origem herkunft bron oorsprong
foreign priority prioridad prioritat
foreign list liste lista lijst
foreign role rolle
foreign amount betrag montant importe importo bedrag
foreign total totals gesamt summe sum suma
foreign balance saldo solde soldes
foreign revenue umsatz ventas vendite omzet turnover fatturato
foreign discount rabatt remise descuento sconto korting skonto
foreign price preis prix precio prezzo prijs
foreign exchange kurs cambio
foreign limit plafond limite limiet kreditlimite
foreign method methode modalite metodo moyen betaalwijze zahlungsart zahlungsweise zahlungsweg zahlungsmethode
foreign website web url homepage internet www webseite sito sitio pagina_web internetseite webpage site
foreign domain domaine dominio
foreign birthday birth geburtsdatum naissance nacimiento nascimento nascita geburtstag geboortedatum dob born
foreign gender geslacht sex genre sexe geschlecht
foreign salutation anrede civilite aanhef tratamiento anred briefanrede titre titel title titulo titolo
foreign position function funktion fonction
foreign language sprache langue idioma lingua taal locale lang spras sprachschlussel
foreign image photo logo avatar picture foto
foreign file datei fichier fichero
foreign modified updated update changed geandert modifie modificado actualizado modificato gewijzigd anderung
foreign modified change ultima_modifica last_modified aenderung modification wijziging
foreign note notes notiz notizen nota notas comment comments bemerkung bemerkungen kommentar commentaire
foreign note commentaires comentario comentarios observacao observacoes observaciones osservazioni opmerking
foreign note opmerkingen remark remarks memo anmerkung annotazioni note_interne vermerk anmerkungen observations
foreign note anotacoes
foreign timezone zeitzone fuseau
foreign latitude lat
foreign longitude lng lon
foreign order orders bestellung commande pedido ordine bestelling commandes pedidos ordini bestellungen event
foreign subscription abo abonnement subscriptions
foreign contract vertrag contrat contrato contratto
foreign project projekt projet proyecto
foreign product produkt item
foreign plan
foreign is has
foreign credit kredit crediticio
foreign lead leads prospect
foreign quantity count anzahl qty
`

const singles = `
foreign - identifiers organizational toevoeging deal opportunity campaign ticket invoiced link facebook twitter
foreign - linkedin instagram skype xing slack
foreign - links whatsapp telex extension durchwahl prefix vorwahl dial dialing area_code prefijo prefisso
foreign - indicatif landesvorwahl calling suffix ext password passwort username login nickname handle
foreign - slug benutzername apodo previous old former new ehemalig ancien antiguo vorherig temporary emergency
foreign - service installation warehouse location standort lager depot business_unit unit branch filiale
foreign - ip mac wallet ip_address mac_address attachment attachments geo coordinates age search suche
foreign - suchbegriff sort_field sortl matchcode suchname zoeknaam paypal stripe shopify hubspot xero quickbooks
foreign - google mailchimp gateway processor employees job anredeschlussel chiffre spent spend
foreign - spending average median lifetime ltv mrr arr refund refunded overdue mahn dunning outstanding volume
foreign - fee percent paid rate purchased ouvert offen dispute losses profit margin debit cartera rabattgruppe
foreign - preisgruppe preisliste kurstyp exchangerate wisselkurs encours maximum
foreign - kreditwurdigkeit symbol simbolo symbole symbool decimals precision format mode provider autopay
foreign - collection forma weg metode means instrument letzte recent activity aktivitat visit seen derniere
foreign - ultima ultimo dernier laatste synced sync imported sincronizado stage phase lifecycle inactive enabled
foreign - disabled archived deleted blocked gesperrt locked suspended verified bounced hidden test flag
foreign - allow allowed exempt default_billing default_shipping delinquent valid validity gultig opt optin
foreign - optout consent einwilligung newsletter marketing subscribed unsubscribed accepts permission quality
foreign - confirmed bounce not call accept gesperrte validated validation sent clicked received bounces sperre
foreign - loschvermerk acepta accetta accepte sperrkennzeichen inaktiv geblokkeerd status_mail segment rating
foreign - score channel kanal adressattyp mots tier level registration handelsregister company_number
foreign - company_registration firmenbuchnummer registernummer registration_number company_reg
foreign - registered_number numero_registro hrb
`
